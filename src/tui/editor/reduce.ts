import { applyEdit, moveRows, openToken, pasteText, replaceAll, settle, typeText } from './edit.ts';
import { moveInHistory, prependHistory } from './history.ts';
import { BINDINGS, commandsByChord, type EditCommand, POPUP_KEYS, SEARCH_KEYS } from './keymap.ts';
import type { KeyPress } from './keys.ts';
import { rowEnd } from './layout.ts';
import { goBack, interruptOrLeave, leaveByD } from './leave.ts';
import { clean, expand } from './paste.ts';
import { acceptProposal, choose, chosenOf, closePopup, takeMentions, updatePopup } from './popup.ts';
import { cancelSearch, openSearch, searchFor, searchOn, takeMatch } from './search.ts';
import { type Around, type EditorState, type HeldInput, type Input, type Step, step } from './state.ts';
import { submit, takeWeight } from './submit.ts';
import { followCursor, rowsOf } from './view.ts';

/** The time in which the rest of a paste without marks is read. */
const BURST_MS = 80;

const COMMANDS = commandsByChord(BINDINGS);

/** What the editor becomes by a key, a paste or an answer, and what it asks of the session. Pure. */
export function reduce(state: EditorState, input: Input, around: Around): Step {
  const reduced = reduceInput(state, input, around);
  if (reduced.state === state) return reduced;
  const isSame = reduced.state.buffer === state.buffer && reduced.state.search === state.search;
  const completed = isSame ? step(reduced.state) : updatePopup(reduced.state, around);
  return step(followCursor(completed.state, around), ...reduced.acts, ...completed.acts);
}

export function reduceAll(state: EditorState, inputs: readonly Input[], around: Around): Step {
  return inputs.reduce<Step>((before, input) => {
    const after = reduce(before.state, input, around);
    return step(after.state, ...before.acts, ...after.acts);
  }, step(state));
}

function reduceInput(state: EditorState, input: Input, around: Around): Step {
  switch (input.kind) {
    case 'key':
    case 'paste':
      return state.weighing === null ? reduceTyped(state, input, around) : hold(state, input);
    case 'burst':
      return startBurst(reduceInput(state, { kind: 'paste', text: input.text }, around));
    case 'history':
      return step({ ...state, history: prependHistory(state.history, input.entries) });
    case 'mentions':
      return step(takeMentions(state, input.id, input.mentions));
    case 'weighed':
      return state.weighing?.id === input.id ? release(state, input.warning, around) : step(state);
    case 'taken-back':
      return input.text === null ? earlier(state) : step(putBefore(state, clean(input.text)));
    case 'replaced':
      return step(replaceAll(cancelSearch(state), clean(input.text).replace(/\n+$/, '')));
    case 'waited':
      return step(timeOut(state, input.id));
  }
}

function reduceTyped(state: EditorState, input: HeldInput, around: Around): Step {
  if (input.kind === 'paste') return paste(state, input.text);
  if (state.search !== null) return searchKey(state, input.press, around);
  const { chord } = input.press;
  const popupKey = state.popup !== null && state.popup.proposals.length > 0 ? POPUP_KEYS[chord] : undefined;
  switch (popupKey) {
    case 'next':
      return step(choose(state, 1));
    case 'previous':
      return step(choose(state, -1));
    case 'close':
      return step(closePopup(state));
    case 'accept':
    case 'accept-send':
      return accept(state, around, popupKey === 'accept-send');
    default:
      return pressKey(state, input.press, around);
  }
}

function pressKey(state: EditorState, press: KeyPress, around: Around): Step {
  if (press.chord === 'text') return typeOrHelp(state, press.text);
  // What comes in the wake of a paste belongs to it.
  const isBreak = state.burst !== null && press.chord === 'enter';
  const command = isBreak ? 'newline' : COMMANDS.get(press.chord);
  return command === undefined ? step(state) : obey(state, command, around);
}

function obey(state: EditorState, command: EditCommand, around: Around): Step {
  switch (command) {
    case 'send':
      return submit(state, around, 'now');
    case 'tab': {
      const opened = openToken(state);
      if (opened !== null) return step(opened);
      return around.isWorking ? submit(state, around, 'after-turn') : step(state);
    }
    case 'up':
      return moveUp(state, around);
    case 'down':
      return step(moveRows(state, 1, around) ?? moveLater(state));
    case 'escape':
      return goBack(state, around);
    case 'leave':
      return interruptOrLeave(state, around);
    case 'leave-or-delete':
      return state.buffer.text === '' ? leaveByD(state) : step(applyEdit(state, 'delete', around) ?? state);
    case 'search':
      return step(openSearch(state));
    case 'stash':
      return step(stash(state));
    case 'open-editor':
      return step(settle(state), { kind: 'open-editor', text: expand(state.pastes, state.buffer.text) });
    case 'cycle-mode':
    case 'redraw':
    case 'suspend':
      return step(settle(state), { kind: command });
    default:
      return step(applyEdit(state, command, around) ?? state);
  }
}

function typeOrHelp(state: EditorState, text: string): Step {
  if (text !== '?' || state.buffer.text !== '') return step(typeText(state, text));
  return step({ ...settle(state), isHelpOpen: !state.isHelpOpen });
}

function paste(state: EditorState, text: string): Step {
  if (state.search === null) return step(pasteText(state, text));
  const [line = ''] = clean(text).trimStart().split('\n');
  return step(searchFor(state, state.search.query + line));
}

/** Text that was typed ahead waits behind text that is back in the editor. */
function putBefore(state: EditorState, text: string): EditorState {
  const { text: draft } = state.buffer;
  return replaceAll(state, draft === '' ? text : `${text}\n${draft}`, text.length);
}

function moveUp(state: EditorState, around: Around): Step {
  const moved = moveRows(state, -1, around);
  if (moved !== null) return step(moved);
  if (around.waiting.length > 0) return step(state, { kind: 'take-back' });
  const before = earlier(state).state;
  if (before === state) return step(state);
  // At the end of the first row, so that the next Up goes on to the prompt before.
  const cursor = rowEnd(rowsOf(before, around.columns), 0);
  return step({ ...before, buffer: { ...before.buffer, cursor } });
}

function earlier(state: EditorState): Step {
  const moved = moveInHistory(state.history, -1, state.buffer.text);
  return step(
    moved === null ? state : { ...replaceAll(state, moved.text), history: moved.history, dismissed: 0 },
  );
}

function moveLater(state: EditorState): EditorState {
  const moved = moveInHistory(state.history, 1, state.buffer.text);
  return moved === null ? state : { ...replaceAll(state, moved.text), history: moved.history, dismissed: 0 };
}

/** Aside until the next prompt was sent; on nothing, the newest comes back. */
function stash(state: EditorState): EditorState {
  const { text } = state.buffer;
  if (text !== '') return { ...replaceAll(state, ''), stash: [...state.stash, text] };
  const newest = state.stash.at(-1);
  return newest === undefined ? state : { ...replaceAll(state, newest), stash: state.stash.slice(0, -1) };
}

/** Enter takes a proposal; a command that needs nothing more runs at once, and so does what was typed in full. */
function accept(state: EditorState, around: Around, isEnter: boolean): Step {
  const { popup, buffer } = state;
  const proposal = chosenOf(state);
  if (popup === null || proposal === null) return isEnter ? submit(state, around, 'now') : step(state);
  const isWhole = buffer.text.slice(popup.start, buffer.cursor) === proposal.text;
  const accepted = isWhole && isEnter ? state : acceptProposal(state, proposal);
  const runs = popup.kind === 'command' && proposal.argumentHint?.startsWith('<') !== true;
  return isEnter && (runs || (isWhole && popup.kind === 'mention'))
    ? submit(accepted, around, 'now')
    : step(accepted);
}

function searchKey(state: EditorState, press: KeyPress, around: Around): Step {
  const query = state.search?.query ?? '';
  if (press.chord === 'text') return step(searchFor(state, query + clean(press.text)));
  switch (SEARCH_KEYS[press.chord]) {
    case 'older':
      return step(searchOn(state, -1));
    case 'newer':
      return step(searchOn(state, 1));
    case 'shorten':
      return step(searchFor(state, Array.from(query).slice(0, -1).join('')));
    case 'clear':
      return step(searchFor(state, ''));
    case 'take':
      return step(takeMatch(state));
    case 'cancel':
      return step(cancelSearch(state));
    case 'send':
      return submit(takeMatch(state), around, 'now');
    default:
      return pressKey(takeMatch(state), press, around);
  }
}

function startBurst({ state, acts }: Step): Step {
  const id = state.nextId;
  return step({ ...state, burst: id, nextId: id + 1 }, ...acts, { kind: 'wait', id, ms: BURST_MS });
}

/** While an own command is weighed, keys wait: they are meant for what comes after it. Esc and Ctrl+C give it up. */
function hold(state: EditorState, input: HeldInput): Step {
  const { weighing } = state;
  if (weighing === null) return step(state);
  if (input.kind === 'key' && ['escape', 'ctrl+c'].includes(input.press.chord)) {
    return step({ ...state, weighing: null });
  }
  return step({ ...state, weighing: { ...weighing, held: [...weighing.held, input] } });
}

function release(state: EditorState, warning: string | null, around: Around): Step {
  const held = state.weighing?.held ?? [];
  const weighed = takeWeight(state, warning);
  // An Enter that was pressed before the warning could be read is no answer to it.
  const meant =
    warning === null ? held : held.filter((one) => one.kind === 'paste' || one.press.chord !== 'enter');
  const after = reduceAll(weighed.state, meant, around);
  return step(after.state, ...weighed.acts, ...after.acts);
}

function timeOut(state: EditorState, id: number): EditorState {
  if (state.armed?.id === id) return { ...state, armed: null };
  if (state.burst === id) return { ...state, burst: null };
  if (state.warning?.id === id) return { ...state, warning: { ...state.warning, isReady: true } };
  return state;
}
