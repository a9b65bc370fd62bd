import { isSeveral, type Press, typedLetter } from '../press.ts';
import { graphemes } from '../rows/row.ts';

/** A row that can be chosen. */
export interface Entry {
  id: string;
  title: string;
  /** At the right, the most telling first; what does not fit goes from the end. */
  notes: readonly string[];
  /** The one in use. */
  isCurrent?: boolean;
  /** Why it cannot be chosen; null when it can. */
  missing?: string | null;
}

export interface ListState {
  query: string;
  /** Of what the query leaves. */
  at: number;
}

export type ListAct = { kind: 'choose'; entry: Entry; isOther: boolean } | { kind: 'close' };

export const OPEN_LIST: ListState = { query: '', at: 0 };

/** Those that have all words of the query, in their order. */
export function filterEntries(entries: readonly Entry[], query: string): Entry[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return entries.filter(({ title, notes }) => {
    const text = [title, ...notes].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** One key. `page`: rows that are seen at once. Tab chooses the other way, where there is one. */
export function pressList(
  state: ListState,
  press: Press,
  entries: readonly Entry[],
  page: number,
): { state: ListState; act: ListAct | null } {
  const { input, key } = press;
  const shown = filterEntries(entries, state.query);
  const last = Math.max(0, shown.length - 1);
  const isChord = key.ctrl === true;
  const move = (at: number) => ({ state: { ...state, at: Math.max(0, Math.min(at, last)) }, act: null });
  const search = (query: string) => ({ state: { query, at: 0 }, act: null });
  if (key.escape === true) {
    return state.query === '' ? { state, act: { kind: 'close' } } : search('');
  }
  if (isChord && (input === 'c' || input === 'd')) return { state, act: { kind: 'close' } };
  if (key.upArrow === true || (isChord && input === 'p')) return move(state.at === 0 ? last : state.at - 1);
  if (key.downArrow === true || (isChord && input === 'n')) return move(state.at >= last ? 0 : state.at + 1);
  if (key.pageUp === true) return move(state.at - page);
  if (key.pageDown === true) return move(state.at + page);
  if (key.home === true) return move(0);
  if (key.end === true) return move(last);
  if (key.return === true || key.tab === true) {
    const entry = shown[Math.min(state.at, last)];
    const isOther = key.tab === true;
    return { state, act: entry === undefined ? null : { kind: 'choose', entry, isOther } };
  }
  if (key.backspace === true || key.delete === true)
    return search(graphemes(state.query).slice(0, -1).join(''));
  if (isChord && input === 'u') return search('');
  if (typedLetter(press) !== null || isSeveral(press))
    return search(state.query + input.replaceAll(/[\s\p{Cc}]+/gu, ' '));
  return { state, act: null };
}
