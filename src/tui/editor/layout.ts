import { widthOf } from '../rows/row.ts';
import { graphemes, isToken } from './graphemes.ts';

/** One letter where it is drawn: a tab as blanks, a token as its name. */
export interface Cell {
  at: number;
  text: string;
  width: number;
  isToken: boolean;
}

/** One row on the screen, of `text.slice(start, end)`. */
export interface TextRow {
  start: number;
  end: number;
  cells: Cell[];
}

export interface Layout {
  columns: number;
  /** How a token is shown. */
  labelOf(letter: string): string;
}

const TAB = 4;

/**
 * Text in rows of at most `columns`, broken between words where it can be. The last column stays free for a cursor or
 * the blank that ends a row. Offsets count from `base`.
 */
export function layOut(text: string, layout: Layout, base = 0): TextRow[] {
  const rows: TextRow[] = [];
  let start = base;
  for (const line of text.split('\n')) {
    rows.push(...layOutLine(line, start, layout));
    start += line.length + 1;
  }
  return rows;
}

/** Row and column of a place in the text. */
export function placeOf(rows: readonly TextRow[], cursor: number): { row: number; column: number } {
  const found = rows.findLastIndex(({ start }) => start <= cursor);
  const row = Math.max(0, found);
  const cells = rows[row]?.cells ?? [];
  const column = cells.filter(({ at }) => at < cursor).reduce((sum, { width }) => sum + width, 0);
  return { row, column };
}

/** The place in a row nearest to a column, not behind it. */
export function offsetAt(rows: readonly TextRow[], row: number, column: number): number {
  const found = rows[row];
  if (found === undefined) return 0;
  let passed = 0;
  for (const { at, width } of found.cells) {
    if (passed + width > column) return at;
    passed += width;
  }
  return rowEnd(rows, row);
}

/** The last place that is drawn in the row; of a row that goes on, before its last letter. */
export function rowEnd(rows: readonly TextRow[], row: number): number {
  const found = rows[row];
  if (found === undefined) return 0;
  const goesOn = rows[row + 1]?.start === found.end;
  return goesOn ? (found.cells.at(-1)?.at ?? found.start) : found.end;
}

/** Which row comes first when `height` of them are shown: as before, unless the cursor would be out of sight. */
export function scrollTo(top: number, cursorRow: number, rowCount: number, height: number): number {
  const lowest = Math.max(0, rowCount - height);
  const following = Math.min(Math.max(top, cursorRow - height + 1), cursorRow);
  return Math.max(0, Math.min(following, lowest));
}

function layOutLine(line: string, base: number, layout: Layout): TextRow[] {
  const letters = graphemes(line);
  const capacity = Math.max(1, layout.columns - 1);
  const rows: TextRow[] = [];
  let taken = 0;
  let start = base;
  let isFull = true;
  while (taken < letters.length || isFull) {
    const cells = fillRow(letters.slice(taken, taken + layout.columns * 4 + 4), start, capacity, layout);
    const end = letters.slice(taken, taken + cells.length).reduce((sum, { length }) => sum + length, start);
    rows.push({ start, end, cells });
    taken += cells.length;
    start = end;
    isFull = widthIn(cells) > capacity;
  }
  return rows;
}

/** As many letters as one row holds; one at least. */
function fillRow(letters: readonly string[], start: number, capacity: number, { labelOf }: Layout): Cell[] {
  const cells: Cell[] = [];
  let at = start;
  let width = 0;
  let breakable = 0;
  for (const letter of letters) {
    const isBlank = letter === ' ' || letter === '\t';
    const cell = cellOf(letter, at, width, capacity, labelOf);
    if (!isBlank && width + cell.width > capacity && cells.length > 0) {
      return breakable === 0 ? cells : cells.slice(0, breakable);
    }
    cells.push(cell);
    at += letter.length;
    width += cell.width;
    if (isBlank || cell.width > 1) breakable = cells.length;
    if (width > capacity) break;
  }
  return cells;
}

function cellOf(
  letter: string,
  at: number,
  column: number,
  capacity: number,
  labelOf: (letter: string) => string,
): Cell {
  if (letter === '\t') {
    const width = Math.min(TAB - (column % TAB), capacity + 1 - column);
    return { at, text: ' '.repeat(width), width, isToken: false };
  }
  if (!isToken(letter)) {
    const width = widthOf(letter);
    // Letters can be joined to any width.
    return width > Math.max(2, capacity)
      ? { at, text: '…', width: 1, isToken: false }
      : { at, text: letter, width, isToken: false };
  }
  const label = labelOf(letter);
  const text = label.length <= capacity ? label : `${label.slice(0, Math.max(0, capacity - 1))}…`;
  return { at, text, width: text.length, isToken: true };
}

function widthIn(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}
