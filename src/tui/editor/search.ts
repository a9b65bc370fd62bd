import { bufferOf } from './buffer.ts';
import { replaceAll, settle } from './edit.ts';
import { findIn, findInHistory } from './history.ts';
import type { EditorState, Search } from './state.ts';

/** Ctrl+R: earlier prompts by a part of them, newest first. */
export function openSearch(state: EditorState): EditorState {
  const search: Search = { query: '', at: null, isFailing: false, isLast: false, before: state.buffer };
  return { ...settle(state), search, popup: null };
}

/** A longer or shorter query, looked for from where the search stands; a shorter one from the newest. */
export function searchFor(state: EditorState, query: string): EditorState {
  const { search, history } = state;
  if (search === null) return state;
  if (query === '') return show(state, { ...search, query, at: null, isFailing: false, isLast: false });
  const newest = history.entries.length - 1;
  const from = query.startsWith(search.query) ? (search.at ?? newest) : newest;
  const at = findInHistory(history, query, from, -1);
  return show(state, { ...search, query, at: at ?? search.at, isFailing: at === null, isLast: false });
}

/** The next match that is another text. */
export function searchOn(state: EditorState, step: -1 | 1): EditorState {
  const { search, history } = state;
  if (search === null || search.query === '') return state;
  const shown = search.at === null ? null : history.entries[search.at];
  let at = findInHistory(history, search.query, (search.at ?? history.entries.length) + step, step);
  while (at !== null && history.entries[at] === shown)
    at = findInHistory(history, search.query, at + step, step);
  return show(state, {
    ...search,
    at: at ?? search.at,
    isFailing: at === null,
    isLast: at === null && !search.isFailing,
  });
}

/** The match stays in the editor, as an edit that can be undone. */
export function takeMatch(state: EditorState): EditorState {
  if (state.search === null) return state;
  const { text, cursor } = state.buffer;
  return { ...replaceAll(closed(state), text, cursor), dismissed: 0 };
}

export function cancelSearch(state: EditorState): EditorState {
  return state.search === null ? state : closed(state);
}

function closed(state: EditorState): EditorState {
  return { ...state, buffer: state.search?.before ?? state.buffer, search: null, top: 0 };
}

function show(state: EditorState, search: Search): EditorState {
  const text = search.at === null ? null : (state.history.entries[search.at] ?? null);
  if (text === null) return { ...state, search, buffer: search.before };
  const found = findIn(text, search.query);
  const cursor = found?.start ?? state.buffer.cursor;
  return { ...state, search, buffer: bufferOf(text, cursor) };
}
