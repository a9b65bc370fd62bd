import { replaceAll, settle } from './edit.ts';
import { kill } from './kill-ring.ts';
import { type Act, type Armed, type Around, type EditorState, type Step, step } from './state.ts';

const ARMED_MS = 1500;

/** Esc: what is open closes; then a turn is interrupted; else twice clears the text, or goes back to a prompt. */
export function goBack(state: EditorState, { isWorking }: Around): Step {
  if (state.isHelpOpen || state.warning !== null) return step(settle(state));
  if (isWorking) return step(settle(state), { kind: 'interrupt' });
  const wanted: Armed = state.buffer.text === '' ? 'rewind' : 'clear';
  if (state.armed?.kind !== wanted) return arm(state, wanted);
  return wanted === 'clear' ? step(clearText(state)) : step(settle(state), { kind: 'rewind' });
}

/** Ctrl+C: interrupts; then clears; then leaves, when it is pressed again. Never stuck behind a turn that does not end. */
export function interruptOrLeave(state: EditorState, { isWorking }: Around): Step {
  const armed = state.armed?.kind;
  if (isWorking && armed !== 'interrupted' && armed !== 'leave')
    return arm(state, 'interrupted', { kind: 'interrupt' });
  if (state.buffer.text !== '') return arm(clearText(state), 'leave');
  return armed === 'leave' ? step(settle(state), { kind: 'leave' }) : arm(state, 'leave');
}

/** Ctrl+D with nothing typed: twice leaves. */
export function leaveByD(state: EditorState): Step {
  if (state.armed?.kind === 'leave-by-d') return step(settle(state), { kind: 'leave' });
  return arm(state, 'leave-by-d');
}

/** Ctrl+Y and undo bring it back. */
function clearText(state: EditorState): EditorState {
  const kills = kill(state.kills, state.buffer.text, null);
  return { ...replaceAll(state, ''), kills, popup: null, dismissed: null };
}

function arm(state: EditorState, kind: Armed, ...acts: Act[]): Step {
  const id = state.nextId;
  const next = { ...settle(state), nextId: id + 1, armed: { kind, id } };
  return step(next, ...acts, { kind: 'wait', id, ms: ARMED_MS });
}
