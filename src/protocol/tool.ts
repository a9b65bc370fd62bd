import type { Gate } from './gate.ts';
import type { Clock, Files, Processes } from './machine.ts';
import type { TypedToolName } from './typed-call.ts';
import type { Judgement } from './verdict.ts';

export type ToolName =
  | 'Bash'
  | 'Read'
  | 'Edit'
  | 'Write'
  | 'Search'
  | 'Change'
  | 'State'
  | 'Knowledge'
  | 'Report'
  | 'ExitPlanMode'
  | TypedToolName;

export interface ToolOutput {
  ok: boolean;
  /** For the model: what happened, or what to do instead. Not yet capped or fenced. */
  text: string;
  /** Trusted text (steward's own words, e.g. a refusal) is not fenced as data. */
  isOwnWords: boolean;
  /** steward's own words about `text`, put after the fence: exit status, what was cut, how to go on. */
  note?: string;
  /** The gate refused it, rather than it failed. */
  isRefused?: boolean;
  /** Set when `text` is a part of the output: state-store name of the whole, null when it was not kept. */
  whole?: string | null;
}

/** A file just before it is written: once per step, after the gate allowed it. */
export interface Checkpoint {
  step: string;
  /** Absolute, links resolved. */
  path: string;
  /** null when the file did not exist. */
  before: Uint8Array | null;
  /** sha256 of the bytes that will be there. */
  after: string;
}

export interface ToolContext {
  /** `C3`. */
  callId: string;
  gate: Gate;
  processes: Processes;
  files: Files;
  clock: Clock;
  cwd: string;
  signal: AbortSignal;
  /** Bytes of output that fit into one result. */
  limitBytes: number;
  /** State-store name under which this call may leave its whole output; null when nothing can be kept on disk. */
  spill: string | null;
  /** Keeps the bytes a write is about to replace, so that `undo` can bring them back. On disk when it resolves. */
  checkpoint(change: Checkpoint): Promise<void>;
  /** Shows what a call writes while it runs. Absent where nobody looks. */
  showOutput?(callId: string): (bytes: Uint8Array) => void;
  /** Hands the terminal to `run` where the step wants one and somebody is there; false: it was not run. */
  lendTerminal?(judgement: Judgement, run: () => Promise<void>): Promise<boolean>;
  isSecretPath(path: string): boolean;
  /** Another name of the file says that it is secret. */
  isSecretLink(path: string): boolean;
}

export interface Tool<Input> {
  name: ToolName;
  /** Pure: can this call run beside others of the same turn? */
  isObserveOnly(input: Input): boolean;
  execute(input: Input, context: ToolContext): Promise<ToolOutput>;
}

/** One use of a tool by the model. */
export interface Call {
  /** `C3`: the id under which the report cites it. */
  id: string;
  toolUseId: string;
  name: string;
  input: unknown;
  brokenInput?: string;
}

export interface CallResult {
  call: Call;
  ok: boolean;
  /** What the model reads: capped, masked, fenced. */
  text: string;
  isRefused: boolean;
  durationMs: number;
}
