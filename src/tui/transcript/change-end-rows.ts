import { printable } from '../../lib/printable.ts';
import type { ChangeEnd } from '../../protocol/change.ts';
import type { Row, Span } from '../rows/row.ts';
import type { Item } from '../store/item.ts';
import { bare, below, dotted, type Frame, marked, seconds } from './frame.ts';

const WORDS: Record<ChangeEnd, string> = {
  held: 'held: it is applied and verified',
  refused: 'was not begun',
  'rolled-back': 'was rolled back: all is as it was before',
  escalated: 'is in neither state: look at it yourself',
};

/** How a change ended, with each step that was done and each check that was made. */
export function changeEndRows(
  { change, end, failed, message, steps }: Extract<Item, { kind: 'change' }>,
  frame: Frame,
): Row[] {
  const { theme } = frame;
  const { glyph } = theme;
  const marks: Record<ChangeEnd, Span> = {
    held: { text: glyph.ok, style: 'ok' },
    refused: { text: glyph.warning, style: 'warn' },
    'rolled-back': { text: glyph.above, style: 'warn' },
    escalated: { text: glyph.failed, style: 'bad' },
  };
  const head = marked(
    marks[end],
    [
      { text: `${bare(change)} `, style: 'strong' },
      { text: WORDS[end], style: 'text' },
    ],
    frame,
  );
  const done = steps.flatMap(({ text, ok, detail, durationMs }) =>
    below(
      [
        ok ? { text: `${glyph.ok} `, style: 'ok' } : { text: `${glyph.failed} `, style: 'bad' },
        { text: bare(text), style: 'text' },
        {
          text: ` ${glyph.dot} ${dotted([ok ? '' : bare(printable(detail).split('\n')[0] ?? ''), seconds(durationMs)], theme)}`,
          style: 'dim',
        },
      ],
      frame,
    ),
  );
  if (end === 'held') return [...head, ...done];
  const why = bare(dotted([failed ?? '', message], theme));
  return [...head, ...done, ...below([{ text: why, style: 'dim' }], frame)];
}
