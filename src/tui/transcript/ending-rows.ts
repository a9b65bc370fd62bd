import type { Outcome } from '../../protocol/outcome.ts';
import { ending } from '../../protocol/outcome.ts';
import type { Row, Span } from '../rows/row.ts';
import type { Ending } from '../store/item.ts';
import type { Theme } from '../theme/theme.ts';
import { bare, below, count, dollars, dotted, type Frame, marked, seconds, tokens } from './frame.ts';

/** How a turn ended. The word says it; one that went well stays quiet. */
export function endingRows(end: Ending, frame: Frame): Row[] {
  const { theme } = frame;
  const mark = markOf(end.outcome, theme);
  const facts = dotted(
    [
      end.turns > 0 ? count(end.turns, 'turn') : '',
      end.tokens > 0 ? tokens(end.tokens) : '',
      end.costUsd !== null && end.costUsd > 0 ? dollars(end.costUsd) : '',
      seconds(end.durationMs),
    ],
    theme,
  );
  const isQuiet = mark.style === 'ok';
  const rows = marked(
    mark,
    [
      { text: end.outcome, style: isQuiet ? 'dim' : mark.style },
      { text: ` ${theme.glyph.dot} ${facts}`, style: 'dim' },
    ],
    frame,
  );
  if (isQuiet) return rows;
  const { meaning } = ending(end.reason);
  const why = end.message === null ? meaning : bare(end.message);
  // Whoever pressed the key knows why.
  if (end.reason === 'interrupted' && why === meaning) return rows;
  return [...rows, ...below([{ text: why, style: 'text' }], frame)];
}

function markOf(outcome: Outcome, { glyph }: Theme): Span {
  switch (outcome) {
    case 'healthy':
    case 'fixed':
    case 'reported':
      return { text: glyph.ok, style: 'ok' };
    case 'needs-approval':
      return { text: glyph.waiting, style: 'ask' };
    case 'escalated':
    case 'cannot-tell':
    case 'stopped':
      return { text: glyph.warning, style: 'warn' };
    case 'monitoring-broken':
    case 'failed':
      return { text: glyph.failed, style: 'bad' };
  }
}
