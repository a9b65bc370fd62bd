import type { Answer, Question } from '../../protocol/question.ts';
import { isSeveral, type Press, typedLetter } from '../press.ts';
import { graphemes } from '../rows/row.ts';
import type { Scrolling } from '../rows/scroll-rows.ts';
import { type AskState, answerOf, type ChoiceName, choicesOf } from './ask-state.ts';

/** What a key asks of the world around the dialog. `pass`: it is not for us, the prompt shall have it. */
export type AskAct =
  | { kind: 'pass'; press: Press }
  | { kind: 'paste'; text: string }
  | { kind: 'answer'; answer: Answer }
  | { kind: 'explain' }
  | { kind: 'interrupt' };

export interface Pressed {
  state: AskState;
  act: AskAct | null;
}

/**
 * One key. A single one never answers: a choice has to be moved to, which Enter then sends. Letters go to the prompt
 * and disarm, so that nobody's half sentence ends in a yes.
 */
export function pressAsk(state: AskState, press: Press, question: Question, scrolling: Scrolling): Pressed {
  if (state.isSent || !state.isArmed) return pressEarly(state, press);
  const scrolled = scroll(state, press, scrolling);
  if (scrolled !== null) return { state: scrolled, act: null };
  if (state.view === 'comment') return pressComment(state, press);
  if (state.view === 'explanation') return pressExplanation(state, press, scrolling);
  return pressChoices(state, press, question);
}

/** Pasted: never an answer. What is written to the model may be pasted, as one line. */
export function pasteAsk(state: AskState, text: string): Pressed {
  if (state.view !== 'comment' || state.isSent || !state.isArmed) {
    return { state: rest(state), act: { kind: 'paste', text } };
  }
  return { state: { ...state, comment: state.comment + text.replaceAll(/\s+/g, ' ') }, act: null };
}

/** The quiet that began with `rest` has lasted. */
export function armAsk(state: AskState, restNumber: number): AskState {
  return state.rest === restNumber ? { ...state, isArmed: true, isTyping: false } : state;
}

export function explainAsk(state: AskState, explanation: string): AskState {
  return { ...state, explanation };
}

/** The answer could not be given: the dialog is as it was before. */
export function reopenAsk(state: AskState): AskState {
  return { ...state, isSent: false };
}

function rest(state: AskState): AskState {
  return { ...state, isArmed: false, isTyping: true, rest: state.rest + 1, chosen: null };
}

/**
 * Before keys count. Words go to the prompt; Enter and arrows only behind words, since they may as well be meant for
 * the question that was there a moment ago.
 */
function pressEarly(state: AskState, press: Press): Pressed {
  if (press.key.escape === true) return { state, act: { kind: 'interrupt' } };
  if (isEditing(press)) return { state: rest(state), act: pass(press) };
  if (state.isTyping || isChord(press)) return { state, act: pass(press) };
  return { state, act: null };
}

/** Several letters at once never end in an Enter that sends them: it may have been meant for the question. */
function pass(press: Press): AskAct {
  const input = isSeveral(press) ? press.input.replace(/[\r\n]+$/, '') : press.input;
  return { kind: 'pass', press: { input, key: press.key } };
}

function isEditing(press: Press): boolean {
  const { key } = press;
  return typedLetter(press) !== null || isSeveral(press) || key.backspace === true || key.delete === true;
}

/** Ctrl+C, Ctrl+L, Ctrl+O and the like: what they do, they do everywhere. */
function isChord({ key }: Press): boolean {
  return key.ctrl === true || key.meta === true;
}

function pressChoices(state: AskState, press: Press, question: Question): Pressed {
  const { key } = press;
  if (key.escape === true) return { state, act: { kind: 'interrupt' } };
  const choices = choicesOf(question).filter(({ missing }) => missing === null);
  const at = choices.findIndex(({ name }) => name === state.chosen);
  const move = stepOf(press);
  if (move === -1) return choose(state, choices.at(at <= 0 ? -1 : at - 1)?.name);
  if (move === 1) return choose(state, choices[(at + 1) % choices.length]?.name);
  if (key.tab === true) return { state: { ...state, view: 'comment', chosen: 'comment', top: 0 }, act: null };
  if (key.return === true) return state.chosen === null ? { state, act: null } : send(state, state.chosen);
  const letter = typedLetter(press);
  const named = letter === null ? undefined : choicesOf(question)[Number(letter) - 1];
  // Answers nothing yet: whoever chose to say why goes on by saying it.
  if (named?.name === 'comment') return send(state, named.name);
  if (named !== undefined) return choose(state, named.missing === null ? named.name : undefined);
  if (isEditing(press)) return { state: rest(state), act: pass(press) };
  return { state, act: isChord(press) ? pass(press) : null };
}

function stepOf({ input, key }: Press): -1 | 0 | 1 {
  if (key.upArrow === true || key.leftArrow === true || (key.ctrl === true && input === 'p')) return -1;
  if (key.downArrow === true || key.rightArrow === true || (key.ctrl === true && input === 'n')) return 1;
  return 0;
}

function choose(state: AskState, chosen: ChoiceName | undefined): Pressed {
  return { state: chosen === undefined ? state : { ...state, chosen, top: 0 }, act: null };
}

function send(state: AskState, chosen: ChoiceName): Pressed {
  if (chosen === 'comment') return { state: { ...state, view: 'comment', chosen, top: 0 }, act: null };
  const answer = answerOf(chosen, state.comment);
  if (answer === null) {
    return { state: { ...state, view: 'explanation', top: 0 }, act: { kind: 'explain' } };
  }
  return { state: { ...state, isSent: true }, act: { kind: 'answer', answer } };
}

function pressComment(state: AskState, press: Press): Pressed {
  const { input, key } = press;
  if (key.escape === true) return { state: { ...state, view: 'choices' }, act: null };
  if (key.return === true) {
    const answer = answerOf('comment', state.comment.trim());
    if (state.comment.trim() === '' || answer === null) return { state, act: null };
    return { state: { ...state, isSent: true }, act: { kind: 'answer', answer } };
  }
  if (key.backspace === true || key.delete === true) {
    return { state: { ...state, comment: graphemes(state.comment).slice(0, -1).join('') }, act: null };
  }
  if (key.ctrl === true && input === 'u') return { state: { ...state, comment: '' }, act: null };
  if (key.ctrl === true && input === 'w') {
    return { state: { ...state, comment: state.comment.replace(/\S+\s*$/, '') }, act: null };
  }
  if (typedLetter(press) !== null || isSeveral(press)) {
    const text = input.replaceAll(/[\s\p{Cc}]+/gu, ' ');
    return { state: { ...state, comment: state.comment + text }, act: null };
  }
  return { state, act: isChord(press) ? pass(press) : null };
}

function pressExplanation(state: AskState, press: Press, { most }: Scrolling): Pressed {
  const { key } = press;
  if (key.escape === true || key.return === true || key.leftArrow === true) {
    return { state: { ...state, view: 'choices', top: 0 }, act: null };
  }
  const step = stepOf(press);
  if (step === 0 && isChord(press)) return { state, act: pass(press) };
  return { state: { ...state, top: clamp(state.top + step, most) }, act: null };
}

function scroll(state: AskState, { input, key }: Press, { page, most }: Scrolling): AskState | null {
  const step = Math.max(1, page - 1);
  const isChord = key.ctrl === true;
  if (key.pageDown === true || (isChord && input === 'f'))
    return { ...state, top: clamp(state.top + step, most) };
  if (key.pageUp === true || (isChord && input === 'b'))
    return { ...state, top: clamp(state.top - step, most) };
  if (key.shift === true && key.downArrow === true) return { ...state, top: clamp(state.top + 1, most) };
  if (key.shift === true && key.upArrow === true) return { ...state, top: clamp(state.top - 1, most) };
  return null;
}

function clamp(top: number, most: number): number {
  return Math.max(0, Math.min(top, most));
}
