/** Earlier prompts, oldest first, and where in them the operator is: behind the last stands what is being written. */
export interface History {
  entries: readonly string[];
  at: number;
  /** What became of an entry, or of the new prompt, when it was left for another. */
  drafts: ReadonlyMap<number, string>;
}

export const NO_HISTORY: History = { entries: [], at: 0, drafts: new Map() };

const MOST = 2000;

/** Entries of earlier sessions go before what was written since. */
export function prependHistory(history: History, earlier: readonly string[]): History {
  const known = withoutRepeats(earlier);
  const drafts = new Map([...history.drafts].map(([at, text]) => [at + known.length, text]));
  return { entries: [...known, ...history.entries], at: history.at + known.length, drafts };
}

export function addPrompt(history: History, text: string): History {
  const entries = history.entries.at(-1) === text ? history.entries : [...history.entries, text].slice(-MOST);
  return { entries, at: entries.length, drafts: new Map() };
}

/** One step; null where there is none. `now` is kept for the way back. */
export function moveInHistory(
  history: History,
  step: -1 | 1,
  now: string,
): { history: History; text: string } | null {
  const at = history.at + step;
  if (at < 0 || at > history.entries.length) return null;
  const drafts = new Map(history.drafts).set(history.at, now);
  return { history: { ...history, at, drafts }, text: drafts.get(at) ?? history.entries[at] ?? '' };
}

/** The nearest entry from `from` on that has the words, in one direction. Without capitals case does not count. */
export function findInHistory(history: History, query: string, from: number, step: -1 | 1): number | null {
  for (let at = from; at >= 0 && at < history.entries.length; at += step) {
    if (findIn(history.entries[at] ?? '', query) !== null) return at;
  }
  return null;
}

/** Where in a text a query stands last; null when it does not. */
export function findIn(text: string, query: string): { start: number; end: number } | null {
  if (query === '') return null;
  const isExact = query !== query.toLowerCase();
  const within = isExact ? text : text.toLowerCase();
  // Some letters change their length with their case: then the places would be wrong.
  const start = within.length === text.length ? within.lastIndexOf(query) : text.lastIndexOf(query);
  return start === -1 ? null : { start, end: start + query.length };
}

function withoutRepeats(entries: readonly string[]): string[] {
  return entries.filter((entry, index) => entry !== '' && entry !== entries[index - 1]).slice(-MOST);
}
