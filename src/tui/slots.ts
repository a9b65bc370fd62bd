import type { Client, Panel, Status } from '../app/client.ts';
import type { Question } from '../protocol/question.ts';
import type { CommandEntry } from './editor/state.ts';
import type { KeyRelay } from './key-relay.ts';
import type { Press } from './press.ts';
import type { Input } from './store/input.ts';
import type { ItemBody } from './store/item.ts';
import type { PickerName, ScreenState } from './store/state.ts';
import type { ThemeName } from './theme/theme-names.ts';

/**
 * What the parts around the transcript are given. Each obeys `columns` and `maxRows`, keeps its own small state, and
 * listens to keys only while `isFocused`.
 */

export interface EditorProps {
  client: Client;
  isFocused: boolean;
  columns: number;
  maxRows: number;
  /** A turn works: Enter steers it, Tab waits for its end. */
  isWorking: boolean;
  /** What was typed and waits, oldest first. */
  waiting: readonly string[];
  /** Slash commands for the palette; one that is not among them is asked about. */
  commands: readonly CommandEntry[];
  /** What a dialog got and the editor should have: keys and pastes, also while it is not focused. */
  relay: KeyRelay;
  /** Put into the editor in place of what is there, when `number` changes: a prompt that was gone back to. */
  draft: { text: string; number: number };
  onSubmit(submission: Submission): void;
  onInterrupt(): void;
  /** Ctrl+C again, Ctrl+D. */
  onLeave(): void;
  /** Esc Esc on an empty editor. */
  onRewind(): void;
  onCycleMode(): void;
  onRedraw(): void;
  /** Ctrl+Z. */
  onSuspend(): void;
  onTrouble(error: unknown): void;
  /** Runs while the terminal is somebody else's: an editor of the operator's. */
  lendTerminal(use: () => Promise<void>): Promise<void>;
}

/** What was typed, and what its first letter makes of it. */
export type Submission =
  | { kind: 'prompt'; text: string; how: 'say' | 'steer' }
  /** With its slash. */
  | { kind: 'command'; line: string }
  /** Without its mark. */
  | { kind: 'own'; line: string; isTold: boolean };

export interface QuestionProps {
  client: Client;
  question: Question;
  /** Asked after this one. */
  waiting: number;
  isFocused: boolean;
  columns: number;
  maxRows: number;
  /** Not meant for the question: for the editor. */
  onTyped(press: Press): void;
  onPasted(text: string): void;
  onTrouble(error: unknown): void;
}

export interface PickerProps {
  client: Client;
  picker: PickerName;
  isFocused: boolean;
  columns: number;
  maxRows: number;
  now(): number;
  onClose(): void;
  /** A prompt for the editor. */
  onDraft(text: string): void;
  onTheme(theme: ThemeName): void;
  onTrouble(error: unknown): void;
}

export interface PanelProps {
  panel: Panel;
  /** Lists its findings. */
  isOpen: boolean;
  columns: number;
  maxRows: number;
  now(): number;
}

export interface StatusLineProps {
  status: Status | null;
  columns: number;
  maxRows: number;
  now(): number;
}

/** What a slash command works with. */
export interface CommandContext {
  client: Client;
  state(): ScreenState;
  dispatch(input: Input): void;
  show(item: Extract<ItemBody, { kind: 'page' | 'notice' | 'plain' }>): void;
  draft(text: string): void;
  /** Sequences for the terminal that draw nothing. */
  write(sequence: string): void;
  leave(): void;
}

/** `text` begins with a slash. Failures are shown, never thrown. */
export type RunCommand = (text: string, context: CommandContext) => Promise<void>;
