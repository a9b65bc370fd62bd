import { boundaryAfter, boundaryAt, boundaryBefore, graphemes, isToken, lineAround } from './graphemes.ts';

/** Text and the place in it where the next letter goes; always between two letters as a person sees them. */
export interface Buffer {
  text: string;
  cursor: number;
}

/** What an edit took out, for the kill ring. */
export interface Cut {
  buffer: Buffer;
  removed: string;
}

export const EMPTY: Buffer = { text: '', cursor: 0 };

export function bufferOf(text: string, cursor = text.length): Buffer {
  return { text, cursor: boundaryAt(text, cursor) };
}

export function insert({ text, cursor }: Buffer, inserted: string): Buffer {
  const joined = text.slice(0, cursor) + inserted + text.slice(cursor);
  // A mark may have joined the letter before, and the cursor goes behind both.
  const at = cursor + inserted.length;
  const boundary = boundaryAt(joined, at);
  return { text: joined, cursor: boundary < at ? boundaryAfter(joined, boundary) : boundary };
}

export function cut({ text }: Buffer, start: number, end: number): Cut {
  const removed = text.slice(start, end);
  return { buffer: bufferOf(text.slice(0, start) + text.slice(end), start), removed };
}

export function moveTo({ text }: Buffer, at: number): Buffer {
  return bufferOf(text, at);
}

export function left({ text, cursor }: Buffer): number {
  return boundaryBefore(text, cursor);
}

export function right({ text, cursor }: Buffer): number {
  return boundaryAfter(text, cursor);
}

/** Start of the logical line. */
export function lineStart({ text, cursor }: Buffer): number {
  return lineAround(text, cursor).start;
}

export function lineEnd({ text, cursor }: Buffer): number {
  return lineAround(text, cursor).end;
}

/** Start of the word before the cursor: letters and digits, as readline's Alt+B has it. */
export function wordBefore({ text, cursor }: Buffer): number {
  return skip(text, cursor, -1, letterOrGap);
}

export function wordAfter({ text, cursor }: Buffer): number {
  return skip(text, cursor, 1, letterOrGap);
}

/** Start of what stands between blanks before the cursor: Ctrl+W. */
export function blankWordBefore({ text, cursor }: Buffer): number {
  return skip(text, cursor, -1, blankOrNot);
}

/** The letters around the cursor change places, and the cursor goes behind them; at the end of a line the last two. */
export function transpose(buffer: Buffer): Buffer {
  const { text } = buffer;
  const { start, end } = lineAround(text, buffer.cursor);
  const middle = buffer.cursor === end ? boundaryBefore(text, end) : buffer.cursor;
  if (middle <= start || middle >= end) return buffer;
  const from = boundaryBefore(text, middle);
  const to = boundaryAfter(text, middle);
  const swapped = text.slice(middle, to) + text.slice(from, middle);
  const joined = text.slice(0, from) + swapped + text.slice(to);
  const at = bufferOf(joined, to);
  return at.cursor === to ? at : { text: joined, cursor: boundaryAfter(joined, at.cursor) };
}

type LetterKind = 'word' | 'gap' | 'token' | null;

/** Over a gap and the word behind it; a paste's token is a word by itself. */
function skip(text: string, from: number, step: 1 | -1, kindOf: (letter: string) => LetterKind): number {
  const letters = graphemes(step === 1 ? text.slice(from) : text.slice(0, from));
  if (step === -1) letters.reverse();
  const kinds = letters.map((letter) => (isToken(letter) ? 'token' : kindOf(letter)));
  let count = 0;
  while (kinds[count] === 'gap') count += 1;
  if (kinds[count] === 'token') count += 1;
  else while (kinds[count] === 'word') count += 1;
  return letters.slice(0, count).reduce((at, { length }) => at + step * length, from);
}

function letterOrGap(letter: string): LetterKind {
  return /[\p{L}\p{N}_]/u.test(letter) ? 'word' : 'gap';
}

function blankOrNot(letter: string): LetterKind {
  return /^\s$/.test(letter) ? 'gap' : 'word';
}
