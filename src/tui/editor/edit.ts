import type { Buffer } from './buffer.ts';
import * as buffers from './buffer.ts';
import { lineAround } from './graphemes.ts';
import type { EditCommand } from './keymap.ts';
import { kill } from './kill-ring.ts';
import { offsetAt, placeOf, rowEnd } from './layout.ts';
import { clean, expand, isLarge, takePaste, tokenAt } from './paste.ts';
import type { Around, EditorState } from './state.ts';
import { type EditGroup, endGroup, recordEdit, redoEdit, undoEdit } from './undo.ts';
import { heightOf, rowsOf, shellPrefix } from './view.ts';

/** What a command does to the text, or to the place in it; null when it does not edit. */
export function applyEdit(state: EditorState, command: EditCommand, around: Around): EditorState | null {
  const { buffer } = state;
  switch (command) {
    case 'newline':
      return typeText(state, '\n');
    case 'left':
      return move(state, buffers.left(buffer));
    case 'right':
      return move(state, buffers.right(buffer));
    case 'word-left':
      return move(state, buffers.wordBefore(buffer));
    case 'word-right':
      return move(state, buffers.wordAfter(buffer));
    case 'line-start':
      return move(state, behindPrefix(buffer, buffers.lineStart(buffer)));
    case 'line-end':
      return move(state, buffers.lineEnd(buffer));
    case 'row-start':
      return move(state, behindPrefix(buffer, rowAround(state, around).start));
    case 'row-end':
      return move(state, rowAround(state, around).end);
    case 'text-start':
      return move(state, behindPrefix(buffer, 0));
    case 'text-end':
      return move(state, buffer.text.length);
    case 'page-up':
      return moveRows(state, -heightOf(around.maxRows), around) ?? move(state, 0);
    case 'page-down':
      return moveRows(state, heightOf(around.maxRows), around) ?? move(state, buffer.text.length);
    case 'delete-back':
      return remove(state, buffers.left(buffer), buffer.cursor);
    case 'delete':
      return remove(state, buffer.cursor, buffers.right(buffer));
    case 'kill-line': {
      const end = buffers.lineEnd(buffer);
      return killRange(state, buffer.cursor, end === buffer.cursor ? buffers.right(buffer) : end);
    }
    case 'kill-line-back': {
      const start = behindPrefix(buffer, buffers.lineStart(buffer));
      return killRange(state, start === buffer.cursor ? buffers.left(buffer) : start, buffer.cursor);
    }
    case 'kill-word':
      return killRange(state, buffer.cursor, buffers.wordAfter(buffer));
    case 'kill-word-back':
      return killRange(state, buffers.wordBefore(buffer), buffer.cursor);
    case 'kill-blank-word-back':
      return killRange(state, buffers.blankWordBefore(buffer), buffer.cursor);
    case 'yank':
      return yank(state);
    case 'yank-pop':
      return yankPop(state);
    case 'transpose':
      return change(state, buffers.transpose(buffer), null);
    case 'undo':
      return restore(state, undoEdit(state.undo, buffer));
    case 'redo':
      return restore(state, redoEdit(state.undo, buffer));
    default:
      return null;
  }
}

/** Letters from the keyboard. A blank after a word ends the step that undo takes back. */
export function typeText(state: EditorState, typed: string): EditorState {
  const text = clean(typed);
  if (text === '') return state;
  if (isLarge(text)) return pasteText(state, text);
  const before = state.buffer.text.slice(0, state.buffer.cursor);
  const startsWord = /\s$/.test(before) && !/^\s/.test(text);
  const undo = startsWord ? endGroup(state.undo) : state.undo;
  return change({ ...state, undo }, buffers.insert(state.buffer, text), 'typing');
}

/** Never sends, whatever is in it. */
export function pasteText(state: EditorState, pasted: string): EditorState {
  const text = clean(pasted);
  const { pastes, inserted } = takePaste(state.pastes, text);
  const whole = inserted === text ? text.replace(/\n+$/, '') : inserted;
  return whole === '' ? state : change({ ...state, pastes }, buffers.insert(state.buffer, whole), null);
}

/** The token at the cursor becomes the text it stands for; null when there is none. */
export function openToken(state: EditorState): EditorState | null {
  const { text, cursor } = state.buffer;
  const token = tokenAt(text, cursor);
  if (token === null) return null;
  const inside = expand(state.pastes, text.slice(token.start, token.end));
  const taken = buffers.cut(state.buffer, token.start, token.end).buffer;
  return change(state, buffers.insert(taken, inside), null);
}

/** Rows up or down; null at the edge of the text. */
export function moveRows(state: EditorState, count: number, { columns }: Around): EditorState | null {
  const rows = rowsOf(state, columns);
  const { row, column } = placeOf(rows, state.buffer.cursor);
  const to = Math.max(0, Math.min(rows.length - 1, row + count));
  if (to === row) return null;
  const goalColumn = state.goalColumn ?? column;
  const at = Math.min(offsetAt(rows, to, goalColumn), rowEnd(rows, to));
  return { ...move(state, at), goalColumn };
}

/** Another text in place of all; can be undone. */
export function replaceAll(state: EditorState, text: string, cursor = text.length): EditorState {
  return change(state, buffers.bufferOf(text, cursor), null);
}

/** Ends what only holds as long as nothing else is done. */
export function settle(state: EditorState): EditorState {
  return { ...state, last: null, goalColumn: null, armed: null, warning: null, isHelpOpen: false };
}

/** To be gone through by every edit, so that undo knows of it. */
export function change(state: EditorState, buffer: Buffer, group: EditGroup | null): EditorState {
  const same = buffer.text === state.buffer.text;
  const undo = same ? endGroup(state.undo) : recordEdit(state.undo, state.buffer, group);
  return { ...settle(state), buffer, undo };
}

function move(state: EditorState, at: number): EditorState {
  return { ...settle(state), buffer: buffers.moveTo(state.buffer, at), undo: endGroup(state.undo) };
}

function remove(state: EditorState, start: number, end: number): EditorState {
  return change(state, buffers.cut(state.buffer, start, end).buffer, 'deleting');
}

function killRange(state: EditorState, start: number, end: number): EditorState {
  const { buffer, removed } = buffers.cut(state.buffer, start, end);
  const joins = state.last?.kind !== 'kill' ? null : end <= state.buffer.cursor ? 'before' : 'after';
  const kills = kill(state.kills, removed, joins);
  return { ...change(state, buffer, null), kills, last: { kind: 'kill' } };
}

function yank(state: EditorState): EditorState {
  const text = state.kills[0];
  if (text === undefined) return state;
  const next = change(state, buffers.insert(state.buffer, text), null);
  return { ...next, last: { kind: 'yank', start: state.buffer.cursor, index: 0 } };
}

/** What was put back makes way for what was cut before it. */
function yankPop(state: EditorState): EditorState {
  const { last, kills, buffer } = state;
  if (last?.kind !== 'yank' || kills.length < 2) return state;
  const index = (last.index + 1) % kills.length;
  const without = buffers.cut(buffer, last.start, buffer.cursor).buffer;
  const next = change(state, buffers.insert(without, kills[index] ?? ''), null);
  return { ...next, last: { ...last, index } };
}

function restore(
  state: EditorState,
  { undo, buffer }: { undo: EditorState['undo']; buffer: Buffer },
): EditorState {
  return { ...settle(state), undo, buffer };
}

function rowAround(state: EditorState, { columns }: Around): { start: number; end: number } {
  const rows = rowsOf(state, columns);
  const { row } = placeOf(rows, state.buffer.cursor);
  return { start: rows[row]?.start ?? 0, end: rowEnd(rows, row) };
}

/** The start of an own command's line is behind its `!`; there already, it is before it. */
function behindPrefix({ text, cursor }: Buffer, start: number): number {
  const prefix = shellPrefix(text);
  return start <= prefix && cursor > prefix && lineAround(text, cursor).start === 0 ? prefix : start;
}
