import type { Approval } from './approval.ts';
import type { Change, ChangeEnd, PlannedChange } from './change.ts';
import type { RunEvent } from './event.ts';
import type { Finding } from './finding.ts';
import type { Outcome, Reason } from './outcome.ts';
import type { SnapshotItem } from './snapshot.ts';

/**
 * What an unprivileged steward asks of the executor: one JSON line, answered by JSON lines of which the last is `done`
 * or `refused`. A request of another version is refused.
 */
export const EXECUTOR_VERSION = 1;
/** Where the shipped socket unit listens. */
export const EXECUTOR_SOCKET = '/run/steward/executor.sock';
export const REQUEST_LIMIT_BYTES = 1024 * 1024;
/** From the connection to the end of the line, milliseconds. */
export const REQUEST_WITHIN_MS = 10_000;

/** The run that asks, and its name for the change: together they are carried out at most once. */
export interface AskedBy {
  run: string;
  /** `X1` */
  change: string;
}

/** Relative paths of a change are relative to `cwd`, an absolute path. */
interface AskedChange {
  change: Change;
  cwd: string;
}

export type ExecutorRequest =
  /** Plans it and looks at nothing else. */
  | ({ do: 'plan' } & AskedChange)
  /** Carries it out if this very plan was approved, or is within what root's settings allow. */
  | ({ do: 'run'; digest: string; from: AskedBy } & AskedChange)
  /** Leaves it for somebody to answer. `goesOn`: the run that asks goes on when it is answered. */
  | ({ do: 'propose'; digest: string; from: AskedBy; goesOn?: boolean } & AskedChange)
  /** By whoever asked: what was approved is carried out now, once. */
  | { do: 'take'; approval: string }
  /** By whoever asked, as long as nothing was begun: it is not wanted any more. */
  | { do: 'withdraw'; approval: string; why: string }
  /** `digest`: of the plan that whoever answers has seen. Without `run` it waits for the planner to ask for it. */
  | { do: 'approve'; approval: string; digest: string; comment: string | null; run: boolean }
  | { do: 'deny'; approval: string; digest: string; comment: string | null }
  | { do: 'list' }
  | { do: 'show'; approval: string }
  /** One of root's probes, or a shipped one, gathered with root's rights. */
  | { do: 'probe'; probe: string }
  /** How what was asked for has ended: for whoever lost the connection. */
  | { do: 'ended'; from: AskedBy };

export type ExecutorVerb = ExecutorRequest['do'];

/** In the executor's state folder, written at every yes: the shipped path unit starts whoever goes on with the run. */
export const EXECUTOR_ANSWERED = 'answered';
/** The path unit that watches it. */
export const CONTINUE_UNIT = 'steward-continue.path';

/** A plan as people are told of it; made and judged by the executor itself. */
export interface ExecutorPlan {
  plan: Omit<PlannedChange, 'id' | 'change'>;
  targets: string[];
  /** `grant`: root's settings let it run without a person. */
  standing: 'grant' | 'ask' | 'refuse';
  /** Why not `grant`. */
  why: string | null;
}

/** What waits, as it would be done now; for whoever may answer it. Masked. */
export interface ShownPlan {
  /** It is still the plan that was asked for; otherwise a yes will be void. */
  isSame: boolean;
  /** Why it cannot be planned any more. */
  problem: string | null;
  diffs: { path: string; diff: string }[];
  proof: string[];
}

/** The last line. */
export interface ExecutorDone {
  say: 'done';
  /** The executor's own log, where it kept one, and its last hash. */
  run: string | null;
  head: string | null;
  outcome: Outcome | null;
  /** How the change ended; null when none was begun. */
  end: ChangeEnd | null;
  message: string | null;
  approval: string | null;
}

export type ExecutorAnswer =
  | ({ say: 'planned' } & ExecutorPlan)
  /** Of the executor's own run log, in order. */
  | { say: 'event'; time: string; event: RunEvent }
  | { say: 'approvals'; approvals: Approval[] }
  | ({ say: 'shown' } & ShownPlan)
  | { say: 'probed'; item: SnapshotItem; findings: Finding[] }
  /** It is being carried out, or was cut off and is not recovered yet. */
  | { say: 'working'; run: string }
  | ExecutorDone
  /** The last line. Nothing was done. */
  | { say: 'refused'; code: string; reason: Reason; message: string; hint: string | null };
