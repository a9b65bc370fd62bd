import type { Key } from 'ink';
import type { Row } from '../rows/row.ts';
import { type Move, move, type PagerState, search } from './state.ts';

/** What a key asks for that is not a matter of the place in the text. */
export type PagerAct = 'close' | 'earlier-call' | 'later-call' | 'transcript' | 'print' | 'earlier-lines';

/** What one key changes. `hasEarlier`: more can be had above the first row. */
export function pressKey(
  state: PagerState,
  { input, key }: { input: string; key: Partial<Key> },
  { rows, height, hasEarlier }: { rows: readonly Row[]; height: number; hasEarlier: boolean },
): { state: PagerState; act: PagerAct | null } {
  const stay = (act: PagerAct | null = null) => ({ state, act });
  if (state.query !== null)
    return { state: typeQuery(state, state.query, input, key, rows, height), act: null };
  if (key.escape || input === 'q' || (key.ctrl && (input === 'c' || input === 'o'))) return stay('close');
  if (key.leftArrow || input === 'h' || input === 'p') return stay('earlier-call');
  if (key.rightArrow || input === 'l') return stay('later-call');
  if (input === 't') return stay('transcript');
  if (input === '[') return stay('print');
  if (input === '/') return { state: { ...state, query: '', isMissing: false }, act: null };
  if (input === 'n' || input === 'N') return { state: search(state, rows, height, input === 'N'), act: null };
  const to = moveOf(input, key);
  if (to === null) return stay();
  const isAtTop = state.top === 0 && hasEarlier && UP.has(to);
  return { state: move(state, to, rows.length, height), act: isAtTop ? 'earlier-lines' : null };
}

/** Keys that came in one go are pressed one after the other. */
export function pressesOf(input: string, key: Key): { input: string; key: Partial<Key> }[] {
  if (input.length < 2 || key.ctrl || key.meta) return [{ input, key }];
  return Array.from(input, (letter) =>
    letter === '\r' || letter === '\n' ? { input: '', key: { return: true } } : { input: letter, key: {} },
  );
}

const UP: ReadonlySet<Move> = new Set(['up', 'page-up', 'half-up', 'start']);

function moveOf(input: string, key: Partial<Key>): Move | null {
  if (key.upArrow || input === 'k') return 'up';
  if (key.downArrow || input === 'j' || key.return) return 'down';
  if (key.pageUp || input === 'b') return 'page-up';
  if (key.pageDown || input === ' ' || (input === 'f' && !key.meta)) return 'page-down';
  if (input === 'u') return 'half-up';
  if (input === 'd') return 'half-down';
  if (key.home || input === 'g') return 'start';
  return key.end || input === 'G' ? 'end' : null;
}

function typeQuery(
  state: PagerState,
  query: string,
  input: string,
  key: Partial<Key>,
  rows: readonly Row[],
  height: number,
): PagerState {
  if (key.escape || (key.ctrl && input === 'c')) return { ...state, query: null };
  // Also what is in the first row that is shown.
  if (key.return) return search({ ...state, query: null, sought: query, top: state.top - 1 }, rows, height);
  if (key.backspace || key.delete) return { ...state, query: query === '' ? null : query.slice(0, -1) };
  return key.ctrl || key.meta ? state : { ...state, query: query + input };
}
