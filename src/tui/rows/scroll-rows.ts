import type { Glyphs } from '../theme/glyphs.ts';
import { cutRow, type Row, span } from './row.ts';

/** How far a view can scroll, as it was laid out last. */
export interface Scrolling {
  /** Rows that are seen at once. */
  page: number;
  /** The largest first row that makes sense. */
  most: number;
}

export interface Scrolled {
  rows: Row[];
  scrolling: Scrolling;
}

/** As many rows as there is room for, from `top`; when they are not all, the last one says which they are. */
export function scrollRows(
  all: readonly Row[],
  top: number,
  { rows: room, columns, glyph }: { rows: number; columns: number; glyph: Glyphs },
): Scrolled {
  if (all.length <= room) return { rows: [...all], scrolling: { page: room, most: 0 } };
  const page = Math.max(1, room - 1);
  const most = all.length - page;
  const first = Math.min(Math.max(0, top), most);
  const last = first + page;
  const ways = (first > 0 ? glyph.above : '') + (last < all.length ? glyph.below : '');
  const shown = all.slice(first, last);
  // In a single row what is to be read counts more than the note, of which the arrows are left.
  if (room === 1)
    return {
      rows: shown.map((row) => cutRow([span(`${ways} `, 'warn'), ...row], columns, glyph.ellipsis)),
      scrolling: { page, most },
    };
  const note = span(`${ways} rows ${first + 1}-${last} of ${all.length} ${glyph.dot} PgUp PgDn`, 'warn');
  return { rows: [...shown, cutRow([note], columns, glyph.ellipsis)], scrolling: { page, most } };
}
