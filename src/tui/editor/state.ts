import type { Mention } from '../../app/client.ts';
import { type Buffer, EMPTY } from './buffer.ts';
import { type History, NO_HISTORY } from './history.ts';
import type { KeyPress } from './keys.ts';
import type { KillRing } from './kill-ring.ts';
import type { Pastes } from './paste.ts';
import { NOTHING_DONE, type Undo } from './undo.ts';

/** All that the editor is. A value: `reduce` makes the next one. */
export interface EditorState {
  buffer: Buffer;
  undo: Undo;
  kills: KillRing;
  /** What the newest key did, where the next one may go on with it. */
  last: LastEdit | null;
  /** The column that moving up and down keeps to. */
  goalColumn: number | null;
  /** The first row that is shown. */
  top: number;
  pastes: Pastes;
  history: History;
  search: Search | null;
  popup: Popup | null;
  /** Where the word begins whose proposals were closed. */
  dismissed: number | null;
  /** Put aside, newest last. */
  stash: readonly string[];
  armed: { kind: Armed; id: number } | null;
  /** A paste without marks is still coming in: until then Enter is a line break of it. */
  burst: number | null;
  weighing: { id: number; held: readonly HeldInput[] } | null;
  warning: Warning | null;
  isHelpOpen: boolean;
  nextId: number;
}

export type LastEdit =
  | { kind: 'kill' }
  /** From `start` to the cursor stands entry `index` of the kill ring. */
  | { kind: 'yank'; start: number; index: number };

/** A key that does something only when it is pressed again. */
export type Armed = 'interrupted' | 'leave' | 'leave-by-d' | 'clear' | 'rewind';

export interface Search {
  query: string;
  /** The entry that is shown; null before the first letter. */
  at: number | null;
  isFailing: boolean;
  /** Failing only because there is no other match in that direction. */
  isLast: boolean;
  before: Buffer;
}

/** Proposals for the word that begins at `start`. */
export interface Popup {
  kind: 'mention' | 'command';
  start: number;
  query: string;
  proposals: readonly Proposal[];
  selected: number;
  /** The question that was not answered yet. */
  asked: number | null;
}

export interface Proposal {
  /** What is put into the text. */
  text: string;
  kind: Mention['kind'] | 'command' | 'own-command';
  note: string;
  /** What may be typed behind a command: `<name>`, `[focus]`. */
  argumentHint: string | null;
}

/** The next Enter does it all the same, as long as the text is the same. */
export interface Warning {
  text: string;
  sentence: string;
  confirms: 'own-command' | 'prompt';
  /** False for the blink in which a second Enter was meant for the first. */
  isReady: boolean;
  id: number;
}

export type HeldInput = { kind: 'key'; press: KeyPress } | { kind: 'paste'; text: string };

export type Input =
  | HeldInput
  /** A paste that the terminal did not mark as one. */
  | { kind: 'burst'; text: string }
  /** Oldest first. */
  | { kind: 'history'; entries: readonly string[] }
  | { kind: 'mentions'; id: number; mentions: readonly Mention[] }
  | { kind: 'weighed'; id: number; warning: string | null }
  | { kind: 'taken-back'; text: string | null }
  /** In place of all that stands there: from `$EDITOR`, or a prompt that was gone back to. Can be undone. */
  | { kind: 'replaced'; text: string }
  | { kind: 'waited'; id: number };

/** What the editor asks of the session. */
export type Act =
  /** `text`: with what its tokens stand for. `shown`: with the names of the tokens. */
  | { kind: 'send'; text: string; shown: string; how: 'now' | 'after-turn' }
  | { kind: 'command'; line: string }
  | { kind: 'own'; line: string; isTold: boolean }
  | { kind: 'remember'; text: string }
  | { kind: 'find-mentions'; id: number; query: string }
  | { kind: 'weigh'; id: number; line: string }
  | { kind: 'wait'; id: number; ms: number }
  | { kind: 'open-editor'; text: string }
  | { kind: 'take-back' | 'interrupt' | 'leave' | 'rewind' | 'cycle-mode' | 'redraw' | 'suspend' };

/** What the editor has to know and does not own. */
export interface Around {
  columns: number;
  /** For all of the editor, with what opens below the text. */
  maxRows: number;
  isWorking: boolean;
  /** Typed before, and waiting for the turn to end; oldest first. */
  waiting: readonly string[];
  commands: readonly CommandEntry[];
}

/** A slash command as the palette lists it. */
export interface CommandEntry {
  /** Without the slash. */
  name: string;
  aliases: readonly string[];
  description: string;
  /** `<needed>`, `[optional]`; null when there is none. */
  argumentHint: string | null;
  isOwn: boolean;
}

export interface Step {
  state: EditorState;
  acts: readonly Act[];
}

export function step(state: EditorState, ...acts: Act[]): Step {
  return { state, acts };
}

export const EMPTY_EDITOR: EditorState = {
  buffer: EMPTY,
  undo: NOTHING_DONE,
  kills: [],
  last: null,
  goalColumn: null,
  top: 0,
  pastes: [],
  history: NO_HISTORY,
  search: null,
  popup: null,
  dismissed: null,
  stash: [],
  armed: null,
  burst: null,
  weighing: null,
  warning: null,
  isHelpOpen: false,
  nextId: 1,
};
