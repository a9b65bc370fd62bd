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

export interface TargetWork {
  name: string;
  preflight: Expectation[];
  steps: { text: string; action: Action; typed: TypedWork | null }[];
  verify: Expectation[];
  back: WayBack['steps'];
  files: FutureFile[];
  /** Bound into the digest; void when one of them moved. */
  preconditions: Precondition[];
}
