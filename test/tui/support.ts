import { stripVTControlCharacters } from 'node:util';
import { vi } from 'vitest';
import type { Happening } from '../../src/app/client.ts';
import type { RunEvent } from '../../src/protocol/event.ts';
import { plain } from '../../src/tui/rows/paint.ts';
import { type Row, rowWidth } from '../../src/tui/rows/row.ts';
import type { Item } from '../../src/tui/store/item.ts';
import { reduceAll } from '../../src/tui/store/reduce.ts';
import { initialState, type ScreenState, type Size } from '../../src/tui/store/state.ts';
import { createTheme } from '../../src/tui/theme/theme.ts';
import { itemRows } from '../../src/tui/transcript/item-rows.ts';

export const THEME = createTheme({ theme: 'terminal', hasColor: true, isUnicode: true, isAnimated: false });

/** Holds before long: a busy machine may take longer than the second that waiting has by itself. */
export function soon(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 15_000 });
}

/** What a person reads of the last frame. */
export function textShown(screen: { lastFrame(): string | undefined }): string {
  return stripVTControlCharacters(screen.lastFrame() ?? '');
}

export function frame(columns = 80): { columns: number; theme: typeof THEME } {
  return { columns, theme: THEME };
}

/** A screen without a terminal: what is handed to it is printed at once. */
export interface Paper {
  state: ScreenState;
  printed: Item[];
}

export function paper(size: Size = { columns: 80, rows: 24 }): Paper {
  return { state: initialState(size), printed: [] };
}

/** Tells of several things at once, as they come between two updates of the screen. */
export function tell(onto: Paper, ...happenings: Happening[]): Paper {
  let state = reduceAll(
    onto.state,
    happenings.map((happening) => ({ kind: 'happened', happening })),
  );
  const printed = [...onto.printed];
  while (!state.transcript.printing.isPrinted) {
    printed.push(...state.transcript.printing.items);
    state = reduceAll(state, [{ kind: 'printed', batch: state.transcript.printing.number }]);
  }
  return { state, printed };
}

export function delta(text: string, type: 'text' | 'thinking' = 'text'): Happening {
  return { kind: 'delta', delta: { type, text } };
}

let seq = 0;
export function happened(event: RunEvent, time = '2026-11-21T03:00:00.000Z'): Happening {
  seq++;
  return { kind: 'run', event, time, seq };
}

export function textOf(rows: readonly Row[]): string {
  return plain(rows)
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

export function paperText({ printed, state }: Paper, columns = state.size.columns): string {
  return textOf(printed.flatMap((item) => itemRows(item, frame(columns))));
}

export function widest(rows: readonly Row[]): number {
  return Math.max(0, ...rows.map(rowWidth));
}
