import type { Answer, Question } from '../../protocol/question.ts';

/** The dialog about one question. Pure: a timer outside says when it may be answered. */
export interface AskState {
  /** Q1; a new question is a new state. */
  question: string;
  /**
   * Keys count. Not at first, and not while somebody types on: what was meant for the prompt must not answer. Each
   * letter that is typed begins a new `rest`, and only the timer of that one arms.
   */
  isArmed: boolean;
  rest: number;
  /** Words have gone to the prompt since it was armed last. */
  isTyping: boolean;
  /** Null until somebody has moved to a choice: there is no default. */
  chosen: ChoiceName | null;
  view: 'choices' | 'comment' | 'explanation';
  comment: string;
  /** Null while policy thinks. */
  explanation: string | null;
  /** First row shown of what scrolls. */
  top: number;
  /** It was answered and waits for the word that it counts. */
  isSent: boolean;
}

export type ChoiceName = 'once' | 'run' | 'deny' | 'comment' | 'explain';

export interface Choice {
  name: ChoiceName;
  label: string;
  /** Where there is little room. */
  short: string;
  /** Why it cannot be chosen; null when it can. */
  missing: string | null;
}

/** Milliseconds of quiet before a key counts. */
export const REST_MS = 700;

export function openAsk(question: string): AskState {
  return {
    question,
    isArmed: false,
    rest: 0,
    isTyping: false,
    chosen: null,
    view: 'choices',
    comment: '',
    explanation: null,
    top: 0,
    isSent: false,
  };
}

/** Always the same five at the same places, so that a hand can know them. */
/** The model has a plan, and would begin: a yes is for the plan, and for no step of it. */
export function isAboutPlan({ rule }: Pick<Question, 'rule'>): boolean {
  return rule === 'mode:plan';
}

export function choicesOf(question: Question): Choice[] {
  const { offer, effect } = question;
  const missing =
    offer !== null
      ? null
      : effect === 'irreversible'
        ? 'not for what cannot be undone'
        : isAboutPlan(question)
          ? 'each step is asked about'
          : 'no rule can be given for this';
  return [
    {
      name: 'once',
      label: isAboutPlan(question) ? 'Begin with it' : 'Allow once',
      short: 'once',
      missing: null,
    },
    { name: 'run', label: 'Allow for the rest of this run', short: 'run', missing },
    { name: 'deny', label: 'Deny', short: 'deny', missing: null },
    { name: 'comment', label: 'Deny and say why', short: 'why', missing: null },
    { name: 'explain', label: 'Explain', short: 'explain', missing: null },
  ];
}

export function answerOf(choice: ChoiceName, comment: string): Answer | null {
  switch (choice) {
    case 'once':
      return { kind: 'once' };
    case 'run':
      return { kind: 'run' };
    case 'deny':
      return { kind: 'deny', comment: null };
    case 'comment':
      return { kind: 'deny', comment };
    case 'explain':
      return null;
  }
}
