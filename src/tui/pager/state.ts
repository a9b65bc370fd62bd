import { type Row, rowText } from '../rows/row.ts';

/** Where somebody is in a text that is longer than the window. */
export interface PagerState {
  /** First row that is shown. */
  top: number;
  /** Being typed; null when not. */
  query: string | null;
  /** What was searched for last; '' for nothing. */
  sought: string;
  /** Nothing was found. */
  isMissing: boolean;
}

export const PAGER_START: PagerState = { top: 0, query: null, sought: '', isMissing: false };

export type Move = 'up' | 'down' | 'page-up' | 'page-down' | 'half-up' | 'half-down' | 'start' | 'end';

/** `height`: rows that are shown at once. */
export function move(state: PagerState, to: Move, rows: number, height: number): PagerState {
  const last = Math.max(0, rows - height);
  // One row of the page before stays, to read on from.
  const page = Math.max(1, height - 1);
  const half = Math.max(1, height >> 1);
  const tops: Record<Move, number> = {
    up: state.top - 1,
    down: state.top + 1,
    'page-up': state.top - page,
    'page-down': state.top + page,
    'half-up': state.top - half,
    'half-down': state.top + half,
    start: 0,
    end: last,
  };
  return { ...state, top: Math.min(last, Math.max(0, tops[to])) };
}

/** To the next row that holds what is sought, round the end; small letters find both. */
export function search(state: PagerState, rows: readonly Row[], height: number, isBack = false): PagerState {
  if (state.sought === '') return state;
  const found = rows.flatMap((row, index) =>
    placesIn(rowText(row), state.sought).length > 0 ? [index] : [],
  );
  const next = isBack
    ? (found.findLast((index) => index < state.top) ?? found.at(-1))
    : (found.find((index) => index > state.top) ?? found[0]);
  if (next === undefined) return { ...state, top: Math.max(0, state.top), isMissing: true };
  return { ...state, isMissing: false, top: Math.min(next, Math.max(0, rows.length - height)) };
}

/** Begin and end of each place where it stands. */
export function placesIn(text: string, sought: string): [number, number][] {
  if (sought === '') return [];
  const isExact = sought !== sought.toLowerCase();
  const inText = isExact ? text : text.toLowerCase();
  // Lower case of some letters is longer: then places would be wrong.
  if (inText.length !== text.length) return [];
  const places: [number, number][] = [];
  for (let at = inText.indexOf(sought); at >= 0; at = inText.indexOf(sought, at + sought.length)) {
    places.push([at, at + sought.length]);
  }
  return places;
}

/** The row with what was sought underlined. */
export function highlight(row: Row, sought: string): Row {
  const places = placesIn(rowText(row), sought);
  if (places.length === 0) return row;
  let at = 0;
  return row.flatMap((span) => {
    const start = at;
    at += span.text.length;
    const parts: { text: string; style: typeof span.style }[] = [];
    let from = 0;
    for (const [begin, end] of places) {
      const first = Math.max(from, begin - start);
      const last = Math.min(span.text.length, end - start);
      if (last <= first) continue;
      parts.push({ text: span.text.slice(from, first), style: span.style });
      parts.push({ text: span.text.slice(first, last), style: 'match' });
      from = last;
    }
    parts.push({ text: span.text.slice(from), style: span.style });
    return parts.filter(({ text }) => text !== '');
  });
}
