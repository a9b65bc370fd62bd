import { createElement } from 'react';

const STYLES = {
  /** A row that is too wide after all is cut. */
  cut: { flexGrow: 0, flexShrink: 1, flexDirection: 'row', textWrap: 'truncate-end' },
  /** Of what is printed for good nothing is lost. */
  whole: { flexGrow: 0, flexShrink: 1, flexDirection: 'row', textWrap: 'wrap' },
} as const;

/**
 * Text with its colours in it, as `paint` gives it. Ink's own Text would colour each row of it once more, by nothing, and
 * measure it anew whenever it is drawn.
 */
export function Painted({ text, as }: { text: string; as: keyof typeof STYLES }) {
  // An empty one has no height.
  return createElement('ink-text', { style: STYLES[as] }, text === '' ? ' ' : text);
}
