import type { ProgramSpec } from './program-spec.ts';

/** What stands between a command and the machine, besides policy: the unit we run in, bubblewrap, nothing. */
export const ISOLATIONS = ['unit', 'bwrap', 'none'] as const;
export type Isolation = (typeof ISOLATIONS)[number];

/** What settings may ask for, tightest first. */
export const ISOLATION_CHOICES = ['bwrap', 'unit', 'auto', 'none'] as const;
export type IsolationChoice = (typeof ISOLATION_CHOICES)[number];

export interface IsolationState {
  kind: Isolation;
  choice: IsolationChoice;
  /** Why it is not more than `none`; null when it is. */
  problem: string | null;
}

export interface IsolationPort {
  readonly choice: IsolationChoice;
  /** What the files say, without starting anything. */
  readonly expected: Isolation;
  /** What is true as far as is known: `expected` until it was settled. */
  readonly known: Isolation;
  /** What is true. The first call may start bubblewrap to see that it can; all later ones know. Never rejects. */
  settle(): Promise<IsolationState>;
}

/** What a sandbox must leave to a command: the union of what its programs need. Paths are absolute, links not followed. */
export interface Needs {
  profiles: readonly ProgramSpec['profile'][];
  /** What the command says it changes. */
  writes: readonly string[];
  /** Sockets, devices and files with credentials that a spec names. */
  reaches: readonly string[];
  /** Names of variables that a spec names, whose values are secrets. */
  environment: readonly string[];
}

export const NO_NEEDS: Needs = { profiles: [], writes: [], reaches: [], environment: [] };
