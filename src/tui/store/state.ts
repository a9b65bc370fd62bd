import type { Panel, Status } from '../../app/client.ts';
import type { Question } from '../../protocol/question.ts';
import type { ThemeName } from '../theme/theme-names.ts';
import type { Call, ChangeStepDone, Item, Join } from './item.ts';

/** All that the screen shows, but for what stands in the editor. A value: `reduce` makes the next one. */
export interface ScreenState {
  size: Size;
  status: Status | null;
  panel: Panel | null;
  /** Lists what was found, rather than one line of it. */
  isPanelOpen: boolean;
  /** Typed, and waiting for the turn to end; oldest first. */
  queue: readonly string[];
  /** Unanswered; the first is asked. */
  questions: readonly Question[];
  picker: PickerName | null;
  /** Chosen here; null for what the settings say. */
  theme: ThemeName | null;
  /** Who has the terminal in our place. While somebody has, nothing is printed. */
  handedTo: 'pager' | 'own-command' | 'editor' | 'password' | null;
  transcript: Transcript;
}

export interface Size {
  columns: number;
  rows: number;
}

export type PickerName = 'resume' | 'model' | 'rewind' | 'goals' | 'theme' | 'approvals';

/** Who gets the keys. Follows from the rest, so that it can never be wrong. */
export type Focus = 'editor' | 'question' | 'picker' | 'own-command' | 'pager';

export function focusOf(state: ScreenState): Focus {
  if (state.handedTo === 'pager') return 'pager';
  if (state.handedTo !== null) return 'own-command';
  if (state.questions.length > 0) return 'question';
  return state.picker === null ? 'editor' : 'picker';
}

export interface Transcript {
  nextId: number;
  /** Finished and not yet printed, oldest first. */
  ready: readonly Item[];
  printing: Batch;
  reply: Reply | null;
  /** In the order in which they began. */
  calls: readonly Call[];
  /** Of changes that are carried out. */
  steps: readonly ChangeStepDone[];
  /** Why the model did not answer, when that is not told yet. */
  failure: string | null;
  /** The operator's own commands that run. */
  own: readonly OwnRunning[];
  /** When the model was asked for what it has not yet answered; milliseconds since the epoch. */
  askedAt: number | null;
  /** Questions of which it was said what the answer did: the log tells of them too. */
  noted: readonly string[];
  /** What Ctrl+O can open, newest last. */
  openables: readonly Openable[];
  /** Lines of the log before the first that was told. */
  older: number;
  /** Number of the first line that was told; null before any. */
  firstSeq: number | null;
}

export interface OwnRunning {
  /** `O1`. */
  id: string;
  line: string;
  isTold: boolean;
  isSeen: boolean;
}

/** Handed to the terminal in one go. The next one follows when this one has been. */
export interface Batch {
  number: number;
  items: readonly Item[];
  isPrinted: boolean;
}

/** An answer that is still coming. */
export interface Reply {
  /** Of its text: what was cut off for printing, and what was not. */
  printed: string;
  rest: string;
  /** What `rest` has to be read behind: the head of the block of code in which it goes on. */
  head: string;
  /** Words at the head of `rest` that were printed. */
  skipWords: number;
  join: Join;
  thinking: string;
  hasPrinted: boolean;
}

/** Text that one line stands for. Kept while it is small and new; else read from the log again by its number. */
export interface Openable {
  title: string;
  kind: 'output' | 'thinking' | 'diff';
  text: string | null;
  seq: number | null;
}

export function initialState(size: Size): ScreenState {
  return {
    size,
    status: null,
    panel: null,
    isPanelOpen: false,
    queue: [],
    questions: [],
    picker: null,
    theme: null,
    handedTo: null,
    transcript: initialTranscript(0),
  };
}

/** `number`: of the batch, which never comes again on one screen. */
export function initialTranscript(number: number, nextId = 0): Transcript {
  return {
    nextId,
    ready: [],
    printing: { number, items: [], isPrinted: true },
    reply: null,
    calls: [],
    steps: [],
    failure: null,
    own: [],
    askedAt: null,
    noted: [],
    openables: [],
    older: 0,
    firstSeq: null,
  };
}
