import type { ChangeEnd, ChangePhase, Precondition } from './change.ts';
import type { Effect } from './effect.ts';
import type { ProposedNote } from './knowledge.ts';

/** What a log says of changes. `change` is `X1`; `target` and `index` count from 0; texts are masked. */
export type ChangeEvent =
  /** Before anything is asked or done: the whole plan as people see it, and the digest that an answer is bound to. */
  | {
      type: 'change.planned';
      change: string;
      title: string;
      digest: string;
      effect: Effect;
      targets: string[];
      steps: string[];
      undo: (string | null)[];
      preconditions: Precondition[];
    }
  | {
      type: 'change.began';
      change: string;
      target: number;
      phase: ChangePhase;
      index: number;
      text: string;
    }
  | {
      type: 'change.finished';
      change: string;
      target: number;
      phase: ChangePhase;
      index: number;
      ok: boolean;
      detail: string;
      durationMs: number;
    }
  /** Nobody was there to grant it: it waits, and the run goes on. */
  | { type: 'change.parked'; change: string; approval: string; expiresAt: number }
  /** Written by a recovery: nobody saw how the step that was begun last has ended. */
  | { type: 'change.cut'; change: string }
  /** Before it is sent: from here on the executor may have done it. */
  | {
      type: 'executor.asked';
      change: string;
      request: 'run' | 'propose' | 'take';
      digest: string;
      socket: string;
    }
  /**
   * How that went. `run` and `head`: the executor's own chained log, which says what it did; null when it kept none.
   * `problem`: why nothing was done, or why nobody saw how it ended.
   */
  | {
      type: 'executor.answered';
      change: string;
      run: string | null;
      head: string | null;
      approval: string | null;
      problem: string | null;
    }
  | {
      type: 'change.ended';
      change: string;
      end: ChangeEnd;
      /** The step that failed, in words; null when none did. */
      failed: string | null;
      message: string;
      /** What it has shown of the machine, for whoever asked for it to propose as notes. Absent: nothing new. */
      learned?: ProposedNote[] | undefined;
    };
