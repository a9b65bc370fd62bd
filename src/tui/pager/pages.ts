import { printable } from '../../lib/printable.ts';
import type { LogLine } from '../../protocol/event.ts';
import { markdownRows } from '../markdown/blocks.ts';
import type { Layout } from '../markdown/layout.ts';
import type { Row } from '../rows/row.ts';
import { wrapExactly } from '../rows/wrap.ts';
import type { Input } from '../store/input.ts';
import { reduceAll } from '../store/reduce.ts';
import { initialState, type Openable } from '../store/state.ts';
import { insideFence, unfence } from '../store/unfence.ts';
import { thinkingOf } from '../store/words.ts';
import { diffRows } from '../transcript/diff.ts';
import { itemRows } from '../transcript/item-rows.ts';

/** What a line stands for, laid out. */
export function openableRows(kind: Openable['kind'], text: string, layout: Layout): Row[] {
  switch (kind) {
    case 'thinking':
      return markdownRows(text, layout);
    case 'diff':
      return diffRows(printable(text), layout);
    case 'output':
      return wrapExactly([{ text: printable(text).replaceAll('\t', '    '), style: 'text' }], layout.columns);
  }
}

/** The text behind an openable, from the line of the log that holds it. */
export function textOfLine({ event }: LogLine, kind: Openable['kind']): string | null {
  if (event.type === 'call.finished') return kind === 'diff' ? insideFence(event.text) : unfence(event.text);
  if (event.type !== 'model.replied' || kind !== 'thinking') return null;
  return thinkingOf(event.content);
}

/** Lines of a log as they were on the screen, or would have been. */
export function transcriptRows(lines: readonly LogLine[], layout: Layout): Row[] {
  const told = lines.map(
    ({ event, time, seq }): Input => ({ kind: 'happened', happening: { kind: 'run', event, time, seq } }),
  );
  const rows: Row[] = [];
  // A window of no height: nothing is kept waiting for more of it.
  let state = reduceAll(initialState({ columns: layout.columns, rows: 24 }), told);
  while (!state.transcript.printing.isPrinted) {
    for (const item of state.transcript.printing.items) rows.push(...itemRows(item, layout));
    state = reduceAll(state, [{ kind: 'printed', batch: state.transcript.printing.number }]);
  }
  return rows[0]?.length === 0 ? rows.slice(1) : rows;
}
