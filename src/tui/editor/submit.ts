import { nearest } from '../../lib/nearest.ts';
import { cut, EMPTY, insert } from './buffer.ts';
import { change, settle, typeText } from './edit.ts';
import { addPrompt } from './history.ts';
import { expand, shown } from './paste.ts';
import { commandName, findCommand } from './popup.ts';
import { type Act, type Around, type EditorState, type Step, step, type Warning } from './state.ts';
import { recordEdit } from './undo.ts';
import { shellPrefix } from './view.ts';

/** How long a second Enter still counts as the first. */
const CONFIRM_AFTER_MS = 400;

/** Enter. */
export function submit(state: EditorState, around: Around, how: 'now' | 'after-turn'): Step {
  const { text, cursor } = state.buffer;
  if (how === 'now' && text[cursor - 1] === '\\') return step(breakLine(state));
  if (text.trim() === '') return step(state);
  if (isConfirmed(state)) return confirm(state);
  if (state.warning?.text === text) return step(state);
  const prefix = shellPrefix(text);
  if (prefix > 0) return weighOwn(state, expand(state.pastes, text.slice(prefix)).trim());
  const name = commandName(text);
  if (name === null) return send(state, how);
  if (findCommand(around.commands, name) === null) {
    const near = nearest(
      name,
      around.commands.map((entry) => entry.name),
    );
    const hint = near === undefined ? '' : `; did you mean /${near}?`;
    return warn(state, `no command /${name}${hint}  ⏎ sends it as a prompt`, 'prompt');
  }
  const line = expand(state.pastes, text).trim();
  return leaveWith(state, { kind: 'command', line });
}

/** What the operator's own command was found to do. Enters that were pressed meanwhile do not confirm it. */
export function takeWeight(state: EditorState, sentence: string | null): Step {
  const weighed: EditorState = { ...state, weighing: null };
  return sentence === null ? runOwn(weighed) : warn(weighed, sentence, 'own-command');
}

function send(state: EditorState, how: 'now' | 'after-turn'): Step {
  const text = expand(state.pastes, state.buffer.text).trim();
  return leaveWith(state, { kind: 'send', text, shown: shown(state.pastes, state.buffer.text).trim(), how });
}

function runOwn(state: EditorState): Step {
  const prefix = shellPrefix(state.buffer.text);
  const line = expand(state.pastes, state.buffer.text.slice(prefix)).trim();
  return leaveWith(state, { kind: 'own', line, isTold: prefix === 1 });
}

function weighOwn(state: EditorState, line: string): Step {
  if (line === '') return step(state);
  const id = state.nextId;
  return step({ ...settle(state), nextId: id + 1, weighing: { id, held: [] } }, { kind: 'weigh', id, line });
}

function warn(state: EditorState, sentence: string, confirms: Warning['confirms']): Step {
  const id = state.nextId;
  const warning: Warning = { text: state.buffer.text, sentence, confirms, isReady: false, id };
  return step({ ...state, nextId: id + 1, popup: null, warning }, { kind: 'wait', id, ms: CONFIRM_AFTER_MS });
}

function isConfirmed({ warning, buffer }: EditorState): boolean {
  return warning?.isReady === true && warning.text === buffer.text;
}

function confirm(state: EditorState): Step {
  return state.warning?.confirms === 'own-command' ? runOwn(state) : send(state, 'now');
}

/** The text goes, and what was put aside comes back. */
function leaveWith(state: EditorState, act: Act): Step {
  const { text } = state.buffer;
  const aside = state.stash.at(-1);
  const next: EditorState = {
    ...settle(state),
    buffer: aside === undefined ? EMPTY : { text: aside, cursor: aside.length },
    stash: state.stash.slice(0, -1),
    // Undo brings back also what was sent.
    undo: recordEdit(state.undo, state.buffer, null),
    history: addPrompt(state.history, text.trim()),
    popup: null,
    dismissed: null,
    top: 0,
  };
  return step(next, { kind: 'remember', text: expand(state.pastes, text).trim() }, act);
}

/** A backslash before Enter: in a shell it stays, since the shell reads both. */
function breakLine(state: EditorState): EditorState {
  const { text, cursor } = state.buffer;
  if (shellPrefix(text) > 0) return typeText(state, '\n');
  return change(state, insert(cut(state.buffer, cursor - 1, cursor).buffer, '\n'), null);
}
