import { formatDuration } from '../../lib/duration.ts';
import { printable } from '../../lib/printable.ts';
import type { Layout } from '../markdown/layout.ts';
import { flow } from '../rows/flow.ts';
import type { Row, Span } from '../rows/row.ts';
import type { Theme } from '../theme/theme.ts';

/** How wide and in what marks something is laid out. */
export type Frame = Layout;

/** `mark` before the first row, the others below its text. */
export function marked(mark: Span, spans: readonly Span[], { columns }: Frame, indent = 0): Row[] {
  const before = ' '.repeat(indent);
  const inner = flow(spans, Math.max(1, columns - indent - 2));
  return (inner.length === 0 ? [[]] : inner).map((row, index) => [
    ...(indent > 0 ? [{ text: before, style: 'text' as const }] : []),
    index === 0 ? { text: `${mark.text} `, style: mark.style } : { text: '  ', style: 'text' as const },
    ...row,
  ]);
}

/** What came of the line above. */
export function below(spans: readonly Span[], frame: Frame): Row[] {
  return marked({ text: frame.theme.glyph.result, style: 'dim' }, spans, frame, 2);
}

export function bare(text: string): string {
  return printable(text).replaceAll(/\s+/g, ' ').trim();
}

export function seconds(ms: number): string {
  if (ms >= 10_000) return formatDuration(ms);
  return ms < 1_000 ? `${Math.round(ms)}ms` : `${(ms / 1_000).toFixed(1)}s`;
}

export function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}

export function tokens(number: number): string {
  if (number < 1_000) return `${number} tokens`;
  return number < 1_000_000
    ? `${(number / 1_000).toFixed(1)}k tokens`
    : `${(number / 1e6).toFixed(1)}M tokens`;
}

export function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? '<$0.01' : `$${usd.toFixed(2)}`;
}

/** Joined by a dot, without what is empty. */
export function dotted(parts: readonly string[], theme: Theme): string {
  return parts.filter((part) => part !== '').join(` ${theme.glyph.dot} `);
}
