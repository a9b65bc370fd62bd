import type { Tokens } from 'marked';
import { flow } from '../rows/flow.ts';
import { type Row, rowWidth, type Span, widthOf } from '../rows/row.ts';
import { inlineSpans } from './inline.ts';
import type { Layout } from './layout.ts';

const GAP = 2;
/** A column that is narrower breaks words to pieces. */
const NARROWEST = 7;

type Cell = { spans: Span[]; align: Tokens.TableCell['align'] };

/** A table as wide as it needs, its cells wrapped where it must be narrower; one record after the other where it cannot. */
export function tableRows(table: Tokens.Table, layout: Layout): Row[] {
  const head = table.header.map((cell) => cellOf(cell, layout, 'strong'));
  const body = table.rows.map((row) => row.map((cell) => cellOf(cell, layout, 'text')));
  const widths = fitColumns([head, ...body], layout.columns);
  if (widths === null) return recordRows(head, body, layout);
  const { theme } = layout;
  const rows = body.map((cells) => lineRows(cells, widths));
  // Where a row takes several lines, an empty one tells it from the next.
  const isTall = rows.some((lines) => lines.length > 1);
  return [
    ...lineRows(head, widths),
    joinCells(
      widths.map((width) => [{ text: theme.glyph.rule.repeat(width), style: 'border' as const }]),
      widths,
    ),
    ...rows.flatMap((lines, index) => (isTall && index > 0 ? [[], ...lines] : lines)),
  ];
}

/** Columns of each; null when some would be too narrow to read. */
function fitColumns(rows: readonly Cell[][], columns: number): number[] | null {
  const count = rows[0]?.length ?? 0;
  const natural = Array.from({ length: count }, (_, index) =>
    Math.max(1, ...rows.map((row) => rowWidth(row[index]?.spans ?? []))),
  );
  let room = columns - GAP * (count - 1);
  if (natural.reduce((sum, width) => sum + width, 0) <= room) return natural;
  // The narrow ones get what they need, the wide ones share what is left.
  const widths = natural.map(() => 0);
  const open = new Set(natural.keys());
  while (open.size > 0) {
    const share = Math.floor(room / open.size);
    const small = [...open].filter((index) => (natural[index] ?? 0) <= share);
    const given = small.length > 0 ? small : [...open];
    for (const index of given) {
      const width = small.length > 0 ? (natural[index] ?? 0) : share;
      widths[index] = width;
      room -= width;
      open.delete(index);
    }
  }
  const isTooNarrow = widths.some((width, index) => width < Math.min(NARROWEST, natural[index] ?? 0));
  return isTooNarrow ? null : widths;
}

function lineRows(cells: readonly Cell[], widths: readonly number[]): Row[] {
  const wrapped = widths.map((width, index) => flow(cells[index]?.spans ?? [], width));
  const height = Math.max(1, ...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    joinCells(
      wrapped.map((lines) => lines[line] ?? []),
      widths,
      cells.map(({ align }) => align),
    ),
  );
}

function joinCells(
  cells: readonly Row[],
  widths: readonly number[],
  aligns: readonly Cell['align'][] = [],
): Row {
  const row: Span[] = [];
  for (const [index, cell] of cells.entries()) {
    const left = Math.max(0, (widths[index] ?? 0) - rowWidth(cell));
    const before = aligns[index] === 'right' ? left : aligns[index] === 'center' ? left >> 1 : 0;
    const isLast = index === cells.length - 1;
    row.push({ text: ' '.repeat((index === 0 ? 0 : GAP) + before), style: 'text' }, ...cell);
    if (!isLast) row.push({ text: ' '.repeat(left - before), style: 'text' });
  }
  return row.filter(({ text }) => text !== '');
}

/** For narrow windows: each row as lines of name and value. */
function recordRows(head: readonly Cell[], body: readonly Cell[][], { columns }: Layout): Row[] {
  const widest = Math.max(...head.map(({ spans }) => rowWidth(spans)));
  const label = Math.min(widest, Math.floor(columns / 3));
  return body.flatMap((cells, record) => {
    const rows = cells.flatMap((cell, index) => {
      const names = flow(head[index]?.spans ?? [], Math.max(1, label));
      const values = flow(cell.spans, Math.max(1, columns - label - GAP));
      return Array.from({ length: Math.max(names.length, values.length) }, (_, line): Row => {
        const name = names[line] ?? [];
        const pad = ' '.repeat(Math.max(0, label - rowWidth(name)) + GAP);
        return [...name, { text: pad, style: 'text' }, ...(values[line] ?? [])];
      });
    });
    return record === 0 ? rows : [[], ...rows];
  });
}

function cellOf(cell: Tokens.TableCell, { theme }: Layout, base: Span['style']): Cell {
  const spans = inlineSpans(cell.tokens, theme, base).map(({ text, style }) => ({
    text: text.replaceAll('\n', ' '),
    style,
  }));
  return { spans: spans.filter(({ text }) => widthOf(text) > 0), align: cell.align };
}
