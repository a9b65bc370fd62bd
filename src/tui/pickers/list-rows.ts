import { cut, cutRow, oneLine, padTo, type Row, rowWidth, span, widthOf } from '../rows/row.ts';
import type { Glyphs } from '../theme/glyphs.ts';
import { type Entry, filterEntries, type ListState } from './list-state.ts';

export interface ListView {
  title: string;
  /** null while they are fetched. */
  entries: readonly Entry[] | null;
  /** Why there is no list. */
  problem: string | null;
  /** Said when there is nothing in it. */
  empty: string;
  hints: readonly string[];
}

export interface ListRoom {
  columns: number;
  /** At least 4, which is taken when it is less. */
  rows: number;
  glyph: Glyphs;
}

/** Rows for entries, of which the others are title, what is searched for, and the keys. */
export function pageOf(room: Pick<ListRoom, 'rows'>): number {
  return Math.max(1, Math.max(4, room.rows) - (room.rows >= 8 ? 4 : 3));
}

/** A list within its room; as high with few entries as with many, so that a search does not make it jump. */
export function listRows(view: ListView, state: ListState, room: ListRoom): Row[] {
  const { columns, glyph } = room;
  const shown = filterEntries(view.entries ?? [], state.query);
  const height = Math.min(pageOf(room), Math.max(1, view.entries?.length ?? 1));
  const at = Math.min(state.at, Math.max(0, shown.length - 1));
  const top = Math.max(0, Math.min(at - Math.floor(height / 2), shown.length - height));
  const items = shown
    .slice(top, top + height)
    .map((entry, index) => entryRow(entry, top + index === at, room));
  const note = noteOf(view, shown.length);
  const list: Row[] =
    items.length === 0 ? [[span(`  ${note}`, view.problem === null ? 'dim' : 'warn')]] : items;
  const air: Row[] = Array.from({ length: Math.max(0, height - list.length) }, () => []);
  const rule: Row[] = room.rows >= 8 ? [[span(glyph.rule.repeat(columns), 'border')]] : [];
  const rows = [
    ...rule,
    titleRow(view, state, { at, count: shown.length }, room),
    searchRow(state),
    ...list,
    ...air,
    hintRow(view, room),
  ];
  return rows.map((row) => cutRow(row, columns, glyph.ellipsis));
}

function titleRow(
  { title, entries }: ListView,
  { query }: ListState,
  place: { at: number; count: number },
  { columns }: ListRoom,
): Row {
  const all = entries?.length ?? 0;
  const of = query === '' || place.count === all ? '' : ` (${all} in all)`;
  const count = place.count === 0 ? '' : `${place.at + 1} of ${place.count}${of}`;
  const gap = columns - widthOf(title) - widthOf(count);
  return [span(title, 'heading'), ...(gap >= 2 ? [span(' '.repeat(gap)), span(count, 'dim')] : [])];
}

function searchRow({ query }: ListState): Row {
  const text =
    query === '' ? [span(' ', 'cursor'), span(' type to search', 'dim')] : [span(query), span(' ', 'cursor')];
  return [span('  '), ...text];
}

function noteOf({ entries, problem, empty }: ListView, shown: number): string {
  if (problem !== null) return oneLine(problem);
  if (entries === null) return 'one moment';
  return entries.length === 0 ? empty : shown === 0 ? 'nothing has all these words' : '';
}

/** Title at the left, notes at the right. The title keeps half of the row; notes go from the end. */
function entryRow(entry: Entry, isChosen: boolean, { columns, glyph }: ListRoom): Row {
  const style = entry.missing != null ? 'dim' : isChosen ? 'selected' : 'text';
  const lead = span(isChosen ? `${glyph.pointer} ` : '  ', 'accent');
  const mark = entry.isCurrent === true ? [span(`${glyph.ok} `, 'ok')] : [];
  const room = columns - 2 - rowWidth(mark);
  const title = oneLine(entry.title);
  const notes = entry.notes.map(oneLine).filter((note) => note !== '');
  const most = Math.max(0, room - Math.min(widthOf(title), Math.ceil(room / 2)) - 2);
  while (notes.length > 1 && widthOf(notes.join(` ${glyph.dot} `)) > most) notes.pop();
  const note = cut(notes.join(` ${glyph.dot} `), most, glyph.ellipsis);
  const titleWidth = room - (note === '' ? 0 : widthOf(note) + 2);
  return [
    lead,
    ...mark,
    span(padTo(title, titleWidth, glyph.ellipsis), style),
    span(note === '' ? '' : `  ${note}`, 'dim'),
  ];
}

function hintRow({ hints }: ListView, { columns, glyph }: ListRoom): Row {
  const dot = ` ${glyph.dot} `;
  const kept = [...hints];
  while (kept.length > 1 && widthOf(kept.join(dot)) > columns) kept.pop();
  return [span(kept.join(dot), 'dim')];
}
