import type { PermissionMode } from '../../protocol/effect.ts';
import type { EventSink } from '../../protocol/event.ts';
import type { Answered, Asker } from '../../protocol/question.ts';
import type { SeenFiles } from '../../tools/index.ts';

/** What a run has of a person who is there. A run without one is unattended, whatever started it. */
export interface Attendance {
  asker: Asker;
  /** What became of an answer with a rule. */
  settle(question: string, rule: Answered['rule']): void;
  /** As it is now: it may change in the middle of a turn. */
  mode(): PermissionMode;
  setMode(mode: PermissionMode): void;
  /** Rules that answers have given for this run, besides those of the command line. */
  rules: Set<string>;
  /** Where the run that works now is recorded, for what the operator does beside it; null when it has ended. */
  setLog(sink: EventSink | null): void;
  /** Files that the model has seen as they are, over all turns of a conversation. */
  seenFiles: SeenFiles;
  /** What was typed meanwhile for the model to read at its next step; taken once. */
  takeWords(): string[];
  /** Text of the reply under way as far as it was shown, masked. */
  saidSoFar(): string;
  /** Gives the terminal to a command for the while; false where there is none to give, or the signal came first. */
  lendTerminal(command: string, run: () => Promise<void>, signal: AbortSignal): Promise<boolean>;
  /** The newest output of a call that runs. */
  onOutput(call: string, text: string): void;
}
