import type { Effect } from './effect.ts';

/**
 * A plan of preflight, apply, verify and rollback that the shell carries out. Proposed by a model or written by an
 * operator; nothing in it is done before all of it was judged.
 */
export interface Change {
  title: string;
  /** In order; the first is the canary. Empty: this machine. */
  targets: ChangeTarget[];
  why: string | null;
  /** Ids of the snapshot and of calls: `P3`, `C2`. */
  evidence: string[];
  preflight: Expectation[];
  apply: ChangeStep[];
  /** At least one: what cannot be verified is not a change. */
  verify: Expectation[];
  rollback: 'auto' | ChangeStep[];
  /** When it may be carried out, as the operator wrote it: `Sat 02:00-05:00`. */
  window: string | null;
  /** Once it holds, its files become a commit on this new branch. */
  git?:
    | {
        branch: string;
        message: string;
        /** Never written by anybody: why the shell plans a commit where an apply was asked for. */
        insteadOf?: string;
      }
    | undefined;
}

/** At least one of them; the narrowest names it. */
export interface ChangeTarget {
  host?: string;
  cluster?: string;
  namespace?: string;
  unit?: string;
  path?: string;
}

export type ChangeStep =
  /** A command line, judged like every other. */
  | { kind: 'run'; line: string }
  /** `find` stands in the file exactly once. */
  | { kind: 'edit'; file: string; find: string; replace: string }
  | { kind: 'write'; file: string; text: string }
  /** A typed tool with its input. */
  | { kind: 'call'; tool: string; input: Record<string, unknown> };

export interface Expectation {
  what:
    | { kind: 'run'; line: string }
    | { kind: 'http'; url: string }
    | { kind: 'probe'; probe: string }
    | { kind: 'promql'; query: string }
    | { kind: 'call'; tool: string; input: Record<string, unknown> };
  /** `exit 0`, or an expression over what came back. */
  expect: string;
  /** How long it may take to become true, milliseconds. */
  withinMs: number;
  /** How long it has to stay true, milliseconds. */
  forMs: number;
}

/** The order in which a change passes through on each of its targets. */
export const CHANGE_PHASES = [
  'check',
  'preflight',
  'baseline',
  'keep',
  'apply',
  'verify',
  'confirm',
  'rollback',
  'verify-rollback',
] as const;
export type ChangePhase = (typeof CHANGE_PHASES)[number];

/** How it ended. `refused`: nothing was done. `escalated`: neither the old nor the new state could be proved. */
export type ChangeEnd = 'held' | 'refused' | 'rolled-back' | 'escalated';

/** What has to stay as it was between the approval and the first step; a part of the digest that is approved. */
export interface Precondition {
  kind:
    | 'file'
    | 'git-commit'
    /** All that nix sees of a flake beside the files of the change, committed or not. */
    | 'flake-source'
    | 'nomad-index'
    | 'consul-index'
    | 'store-path'
    | 'resource-version'
    | 'unit-state';
  /** `/etc/nginx/nginx.conf`, `job web in default`. */
  name: string;
  /** sha256, index, path, commit; null: it is not there. */
  value: string | null;
}

/** A change as people are asked about it. */
export interface PlannedChange {
  /** `X1`, unique in its run. */
  id: string;
  change: Change;
  effect: Effect;
  /** In words, masked: what each step does. */
  steps: string[];
  /** Why policy would ask about a step although its effect is known: unknown programs, words of strangers. */
  doubts: string[];
  /** How each of them is undone; null: it cannot be. The first names also the steps of a rollback of its own. */
  undo: (string | null)[];
  /** What is looked at before and after, in words, masked; a check can be a command that does more. */
  checks?: string[];
  /** Words of its steps and checks that only outside text has said, and the evidence that says them; masked. */
  origins?: { word: string; source: string }[];
  preconditions: Precondition[];
  /** sha256 over everything above but the id: what an approval is bound to. */
  digest: string;
}
