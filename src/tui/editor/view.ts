import { layOut, placeOf, scrollTo, type TextRow } from './layout.ts';
import { labelOf } from './paste.ts';
import type { Around, EditorState } from './state.ts';

/** How many of the first letters say that the line is the operator's own command: they are drawn as its prompt. */
export function shellPrefix(text: string): 0 | 1 | 2 {
  if (!text.startsWith('!')) return 0;
  return text.startsWith('!!') ? 2 : 1;
}

/** Columns before the text: the prompt and a blank. */
export function gutterOf(text: string): number {
  return shellPrefix(text) === 2 ? 3 : 2;
}

/** The text in rows; letters of the prompt are in none. */
export function rowsOf({ buffer, pastes }: EditorState, columns: number): TextRow[] {
  const prefix = shellPrefix(buffer.text);
  const layout = {
    columns: Math.max(2, columns - gutterOf(buffer.text)),
    labelOf: (letter: string) => labelOf(pastes, letter),
  };
  return layOut(buffer.text.slice(prefix), layout, prefix);
}

/** Rows of text: two thirds of what the editor has, which is a third of the window. */
export function heightOf(maxRows: number): number {
  return Math.max(1, Math.floor((maxRows * 2) / 3));
}

/** Follows the cursor. */
export function followCursor(state: EditorState, { columns, maxRows }: Around): EditorState {
  const all = rowsOf(state, columns);
  const top = scrollTo(state.top, placeOf(all, state.buffer.cursor).row, all.length, heightOf(maxRows));
  return top === state.top ? state : { ...state, top };
}
