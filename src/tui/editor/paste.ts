import { printable } from '../../lib/printable.ts';
import { FIRST_TOKEN, graphemes, isToken, LAST_TOKEN } from './graphemes.ts';

/** Texts that were pasted in this session; a token in the text is the letter `FIRST_TOKEN + index`. */
export type Pastes = readonly string[];

const LARGE_LINES = 3;
const LARGE_LETTERS = 500;

/**
 * Outside text made harmless: no control characters but tab and line feed, no letter that would be taken for a token,
 * no half of a pair.
 */
export function clean(text: string): string {
  return printable(text.replaceAll('\r\n', '\n').replaceAll('\r', '\n'))
    .toWellFormed()
    .replace(TOKENS, '\ufffd');
}

/** More than 3 lines or 500 letters stand as one token. */
export function isLarge(text: string): boolean {
  return text.length > LARGE_LETTERS || countLines(text) > LARGE_LINES;
}

/** A paste as it goes into the text: itself, or a token that stands for it. */
export function takePaste(pastes: Pastes, text: string): { pastes: Pastes; inserted: string } {
  const index = pastes.indexOf(text);
  if (!isLarge(text) || pastes.length > LAST_TOKEN - FIRST_TOKEN) return { pastes, inserted: text };
  if (index !== -1) return { pastes, inserted: tokenOf(index) };
  return { pastes: [...pastes, text], inserted: tokenOf(pastes.length) };
}

/** What a token stands for; null for any other letter. */
export function pasteOf(pastes: Pastes, letter: string): string | null {
  return isToken(letter) ? (pastes[indexOf(letter)] ?? null) : null;
}

export function labelOf(pastes: Pastes, letter: string): string {
  const text = pastes[indexOf(letter)] ?? '';
  const lines = countLines(text);
  const size = lines > 1 ? `${lines} lines` : `${text.length} letters`;
  return `[pasted ${size} #${indexOf(letter) + 1}]`;
}

/** The text with what its tokens stand for. */
export function expand(pastes: Pastes, text: string): string {
  return text.replace(TOKENS, (letter) => pasteOf(pastes, letter) ?? '');
}

/** The text as it is shown: with the names of its tokens. */
export function shown(pastes: Pastes, text: string): string {
  return text.replace(TOKENS, (letter) => labelOf(pastes, letter));
}

/** The token that the cursor touches, before it or after it. */
export function tokenAt(text: string, cursor: number): { start: number; end: number } | null {
  const before = text.slice(Math.max(0, cursor - 2), cursor);
  if (isToken(before)) return { start: cursor - 2, end: cursor };
  const [after] = graphemes(text.slice(cursor, cursor + 2));
  return after !== undefined && isToken(after) ? { start: cursor, end: cursor + 2 } : null;
}

function countLines(text: string): number {
  return text.replace(/\n+$/, '').split('\n').length;
}

function tokenOf(index: number): string {
  return String.fromCodePoint(FIRST_TOKEN + index);
}

function indexOf(letter: string): number {
  return (letter.codePointAt(0) ?? 0) - FIRST_TOKEN;
}

const TOKENS = /[\u{100000}-\u{10fffd}]/gu;
