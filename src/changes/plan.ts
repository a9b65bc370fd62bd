import type { Action } from '../protocol/action.ts';
import type { Expectation, PlannedChange, Precondition } from '../protocol/change.ts';
import type { TypedWork } from '../protocol/typed-call.ts';
import type { FutureFile } from './future-files.ts';
import type { WayBack } from './way-back.ts';

/** All that is needed to carry a change out, also by another process after a crash. Plain JSON; never masked. */
export interface Plan {
  planned: PlannedChange;
  work: TargetWork[];
}

/** Why there is no plan: the field, and what is wrong with it. */
export interface PlanProblem {
  /** `apply[1]` */
  field: string;
  message: string;
  /** Of what a file or a tool had against it: `unreadable`. Absent for what policy said. */
  code?: string;
}

/** A timer on the machine that changes, which brings the old state back unless somebody confirms the new one. */
export interface DeadMan {
  /** What the change touches, for people. */
  why: string[];
  /** Seconds until it goes off. */
  afterS: number;
}

export interface TargetWork {
  name: string;
  preflight: Expectation[];
  steps: { text: string; action: Action; typed: TypedWork | null }[];
  verify: Expectation[];
  back: WayBack['steps'];
  files: FutureFile[];
  /** Of a change of the way to this machine; null: it touches none of it. */
  deadMan: DeadMan | null;
  /** Bound into the digest; void when one of them moved. */
  preconditions: Precondition[];
}
