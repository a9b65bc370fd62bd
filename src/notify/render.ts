import { capLine } from '../lib/cap.ts';
import { breakLinks } from './break-links.ts';
import type { Line, Notice } from './notice.ts';

/** For channels on which text is only text. */
export function plainLine(line: Line): string {
  return line.map((piece) => (typeof piece === 'string' ? piece : breakLinks(piece.outside))).join('');
}

/** The body, and the address under it. */
export function plainBody({ body, link }: Pick<Notice, 'body' | 'link'>): string {
  return [...body.map(plainLine), ...(link === null ? [] : ['', link])].join('\n');
}

/** As it stands: for a program, which makes no links. */
export function rawLine(line: Line): string {
  return line.map((piece) => (typeof piece === 'string' ? piece : piece.outside)).join('');
}

/**
 * The body in at most `limitBytes` of UTF-8, whole lines; the address under it is never cut, and a line says that
 * something was left out.
 */
export function fitBytes(notice: Pick<Notice, 'body' | 'link'>, limitBytes: number): string {
  return fitTo(notice, limitBytes, (text) => Buffer.byteLength(text));
}

const CUT = '… (cut here)';

function fitTo(
  { body, link }: Pick<Notice, 'body' | 'link'>,
  limit: number,
  sizeOf: (text: string) => number,
): string {
  const whole = plainBody({ body, link });
  if (sizeOf(whole) <= limit) return whole;
  const end = link === null ? `\n${CUT}` : `\n${CUT}\n\n${link}`;
  const kept: string[] = [];
  let size = sizeOf(end);
  for (const line of body) {
    const text = capLine(plainLine(line), 1_000);
    size += sizeOf(text) + 1;
    if (size > limit) break;
    kept.push(text);
  }
  return `${kept.join('\n')}${end}`.replace(/^\n/, '');
}

/** A part of a text that Telegram shows as it is: no links, mentions, commands or hash tags are made of it. */
export interface CodeEntity {
  type: 'code';
  /** UTF-16 units. */
  offset: number;
  length: number;
}

/**
 * Plain text with the ranges that come from outside: with ranges instead of a parse mode there is nothing to escape.
 * At most `limit` UTF-16 units.
 */
export function withEntities(
  lines: readonly Line[],
  link: string | null,
  limit: number,
): { text: string; entities: CodeEntity[] } {
  const end = link === null ? '' : `\n\n${link}`;
  const room = limit - end.length - CUT.length - 1;
  const entities: CodeEntity[] = [];
  let text = '';
  for (const [index, line] of lines.entries()) {
    const length = line.reduce((sum, piece) => sum + lengthOf(piece), index === 0 ? 0 : 1);
    if (text.length + length > room) {
      text += text === '' ? CUT : `\n${CUT}`;
      break;
    }
    if (index > 0) text += '\n';
    for (const piece of line) {
      if (typeof piece === 'string') text += piece;
      else if (piece.outside !== '') {
        entities.push({ type: 'code', offset: text.length, length: piece.outside.length });
        text += piece.outside;
      }
    }
  }
  return { text: text + end, entities };
}

function lengthOf(piece: Line[number]): number {
  return typeof piece === 'string' ? piece.length : piece.outside.length;
}
