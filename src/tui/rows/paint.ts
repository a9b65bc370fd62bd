import { printable } from '../../lib/printable.ts';
import type { Style, Styles } from '../theme/style.ts';
import type { Row } from './row.ts';

/** Bits of colour that the terminal shows: 4 names sixteen, 8 knows 256, 24 all. */
export type ColorDepth = 1 | 4 | 8 | 24;

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** Rows as text with SGR sequences, each row closed in itself. Whatever came with the text is taken out, here at last. */
export function paint(rows: readonly Row[], styles: Styles, depth: ColorDepth): string {
  return rows.map((row) => paintRow(row, styles, depth)).join('\n');
}

/** The same without any: for files, pipes and people who want none. */
export function plain(rows: readonly Row[]): string {
  return rows.map((row) => row.map(({ text }) => printable(text)).join('')).join('\n');
}

function paintRow(row: Row, styles: Styles, depth: ColorDepth): string {
  return row.map(({ text, style }) => wrap(printable(text), sgr(styles[style], depth))).join('');
}

function wrap(text: string, codes: string): string {
  return codes === '' || text === '' ? text : `\u001b[${codes}m${text}\u001b[0m`;
}

function sgr(style: Style, depth: ColorDepth): string {
  const codes: (string | number)[] = [];
  if (style.bold === true) codes.push(1);
  if (style.dimColor === true) codes.push(2);
  if (style.italic === true) codes.push(3);
  if (style.underline === true) codes.push(4);
  if (style.inverse === true) codes.push(7);
  if (style.strikethrough === true) codes.push(9);
  if (typeof style.color === 'string') codes.push(...colour(style.color, depth, 30));
  if (typeof style.backgroundColor === 'string') codes.push(...colour(style.backgroundColor, depth, 40));
  return codes.join(';');
}

/** `base`: 30 for letters, 40 for the ground. */
function colour(name: string, depth: ColorDepth, base: 30 | 40): (string | number)[] {
  const index = NAMES.indexOf(name);
  if (index >= 0) return [base + index];
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(name);
  if (hex === null || depth < 8) return [];
  const [red = 0, green = 0, blue = 0] = hex.slice(1).map((part) => Number.parseInt(part, 16));
  if (depth === 24) return [base + 8, 2, red, green, blue];
  return [base + 8, 5, cube(red, green, blue)];
}

/** The nearest of xterm's 6×6×6 cube; greys from its own row. */
function cube(red: number, green: number, blue: number): number {
  const isGrey = Math.max(red, green, blue) - Math.min(red, green, blue) < 12;
  if (isGrey) return 232 + Math.min(23, Math.max(0, Math.round((red - 8) / 10)));
  const step = (value: number): number => Math.round((value / 255) * 5);
  return 16 + 36 * step(red) + 6 * step(green) + step(blue);
}
