import stringWidth from 'string-width';
import { printable } from '../../lib/printable.ts';
import type { Styles } from '../theme/style.ts';

/** A row of the screen as data, so that its height and width are known before it is drawn. */
export type Row = readonly Span[];

export interface Span {
  text: string;
  style: keyof Styles;
}

export function span(text: string, style: keyof Styles = 'text'): Span {
  return { text, style };
}

/** Columns. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  const known = widths.get(text);
  if (known !== undefined) return known;
  const width = stringWidth(text);
  // Rules, marks and rows that stand there for many frames.
  if (widths.size >= MOST_WIDTHS) widths.clear();
  if (text.length <= LONGEST_KNOWN) widths.set(text, width);
  return width;
}

const MOST_WIDTHS = 1_000;
const LONGEST_KNOWN = 256;
/** Measuring takes a text apart into graphemes, and each key would have the same ones measured again. */
const widths = new Map<string, number>();

export function rowWidth(row: Row): number {
  return row.reduce((sum, { text }) => sum + widthOf(text), 0);
}

export function rowText(row: Row): string {
  return row.map(({ text }) => text).join('');
}

/** Outside text for a place within a row. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, ' ').trim();
}

/** Graphemes: what a cursor steps over. */
export function graphemes(text: string): string[] {
  if (/^[\x20-\x7e]*$/.test(text)) return [...text];
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

/** At most `width` columns; what was cut is told by `ellipsis`, which takes its place from the text. */
export function cut(text: string, width: number, ellipsis = '…'): string {
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(ellipsis);
  if (room < 0) return '';
  return takeColumns(text, room) + ellipsis;
}

/** The same, from the front: for paths, of which the end counts. */
export function cutFront(text: string, width: number, ellipsis = '…'): string {
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(ellipsis);
  if (room < 0) return '';
  return (
    ellipsis +
    graphemes(takeColumns(graphemes(text).reverse().join(''), room))
      .reverse()
      .join('')
  );
}

export function cutRow(row: Row, width: number, ellipsis = '…'): Row {
  if (rowWidth(row) <= width) return row;
  const kept: Span[] = [];
  let left = width;
  for (const part of row) {
    const partWidth = widthOf(part.text);
    if (partWidth < left) {
      kept.push(part);
      left -= partWidth;
      continue;
    }
    // Also a part that would fit exactly: more follows, and the mark for it needs the room.
    const text = takeColumns(part.text, Math.max(0, left - widthOf(ellipsis)));
    kept.push({ text: widthOf(ellipsis) <= left ? text + ellipsis : text, style: part.style });
    break;
  }
  return kept;
}

/** With spaces up to `width`; a longer one is cut. */
export function padTo(text: string, width: number, ellipsis = '…'): string {
  const short = cut(text, width, ellipsis);
  return short + ' '.repeat(Math.max(0, width - widthOf(short)));
}

function takeColumns(text: string, width: number): string {
  let taken = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += widthOf(grapheme);
    if (used > width) break;
    taken += grapheme;
  }
  return taken;
}
