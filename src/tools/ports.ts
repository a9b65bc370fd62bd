import type { Action } from '../protocol/action.ts';
import type { ProposedNote } from '../protocol/knowledge.ts';
import type { Answer } from '../protocol/question.ts';
import type { ModelReport } from '../protocol/report.ts';
import type { StateQuestion } from '../protocol/state-file.ts';
import type { StateStore } from '../protocol/store.ts';
import type { ToolContext, ToolOutput } from '../protocol/tool.ts';
import type { Surroundings } from './typed/typed-program.ts';

/** What the tools need of the world, wired in src/app. */
export interface ToolPorts {
  context: Omit<ToolContext, 'callId' | 'signal' | 'spill' | 'limitBytes'>;
  /** Where output goes that is too long for a result. Only a store on disk can be paged through with Read. */
  state: Pick<StateStore, 'kind' | 'write' | 'pathOf'>;
  /** Folder in the state store for the long output of this run, without a slash at the end. */
  spillFolder: string;
  /** What the gate will judge for a line of shell. */
  toAction(line: string, cwd: string): Action;
  /** Pure and cheap: would policy allow every part of this line as observe? */
  isObserveLine(line: string, cwd: string): boolean;
  mask(text: string): string;
  /** Masks what a command left in the state store under this name; gives the name to read it under, or null. */
  maskKept(name: string): Promise<string | null>;
  /** Does text hold a token that `mask` put in place of a secret? */
  hasMask(text: string): boolean;
  /** What typed tools know of where they are. */
  around(): Surroundings;
  /** What came of a change that the model asked for, in steward's own words. */
  carryOutChange(written: object, callId: string, signal: AbortSignal): Promise<ToolOutput>;
  /** What is known of the operator's systems, with who said so and when; absent where nothing is known. */
  askState?(question: StateQuestion): Promise<string>;
  /** Notes that operators keep; absent where they keep none. */
  knowledge?: {
    search(words: string): Promise<string>;
    /** Becomes a file only when a person says yes. */
    propose(note: ProposedNote, callId: string, signal: AbortSignal): Promise<ToolOutput>;
  };
  onReport(report: ModelReport): void;
  /** Asks the operator about a plan; undefined when no plan mode is on. Absent where nobody is there. */
  approvePlan?(step: string, plan: string): Promise<Answer | undefined>;
  /** Ids that a report may cite: `P1`, `L1`, `C3`. */
  knownEvidence(): ReadonlySet<string>;
}
