import type { Action } from './action.ts';
import type { Effect } from './effect.ts';
import type { Permit } from './permit.ts';
import type { Judgement } from './verdict.ts';

/**
 * Who wants an effect: a tool call of the model, a probe, a look-step of a rule, an operator who takes files back, a
 * change that was granted as a whole, and the way back of one.
 */
export const STEP_ORIGINS = ['tool', 'probe', 'look', 'undo', 'change', 'rollback'] as const;
export type StepOrigin = (typeof STEP_ORIGINS)[number];

/** That the plan of a change may be carried out: its own judgement, or somebody's answer to its digest. */
export interface Grant {
  digest: string;
  /** The strongest effect among the steps that were looked at. */
  effect: Effect;
  /** Somebody has seen the plan and said yes; otherwise the run's own autonomy reaches so far. */
  byPerson: boolean;
}

export interface StepRequest {
  /** `C3`, `P2`, `L1`, `V1`: the id under which evidence is cited. */
  id: string;
  origin: StepOrigin;
  action: Action;
  /** Of a file that is written: what becomes of it, in unified form, for a person who is asked. */
  diff?: string;
}

/** What a step leaves in the log: enough to say what happened, never the output itself. */
export interface StepTrace {
  ok: boolean;
  /** Exit status, HTTP status or byte count in words: `exit 3`, `200`, `412 bytes`. */
  summary: string;
}

export type Admission<T> =
  | { kind: 'done'; judgement: Judgement; value: T }
  | { kind: 'refused'; judgement: Judgement; reason: string };

/**
 * The one way to an effect: decide, permit, record, run, record. `run` receives a permit for the judged action
 * and hands it to a host function. An effect above observe is on disk in the log before `run` is called.
 */
export interface Gate {
  perform<T>(
    request: StepRequest,
    run: (permit: Permit, judgement: Judgement) => Promise<{ value: T; trace: StepTrace }>,
  ): Promise<Admission<T>>;
}
