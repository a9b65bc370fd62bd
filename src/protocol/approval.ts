import type { Change, Expectation, Precondition } from './change.ts';
import type { Effect } from './effect.ts';

export const APPROVAL_STATES = [
  'pending',
  /** Somebody said yes, and it is being carried out or was cut off in it. */
  'approved',
  'done',
  'denied',
  'expired',
  /** What it rested on has moved, or what it would mend is gone. */
  'void',
] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** Something that waits for a person: what would be done, why, and what it is bound to. Texts for people are masked. */
export interface Approval {
  /** Short and unguessable: `a-7f3k9q`. */
  id: string;
  state: ApprovalState;
  /** The rule that asks and what it is about: the same pair is one approval, however often it is asked for. */
  rule: string;
  target: string;
  title: string;
  why: string | null;
  evidence: string[];
  effect: Effect;
  steps: string[];
  undo: (string | null)[];
  /** Why it wants a person's eye, whatever its effect. */
  doubts?: string[] | undefined;
  preconditions: Precondition[];
  /** What steward commits once it holds; absent: it commits nothing. */
  commit?: { branch: string; message: string } | undefined;
  /** What a yes is bound to. */
  digest: string;
  /** The run that asks, and its name for the change. */
  run: string;
  change: string;
  cwd: string;
  /** Whom the executor took it from: they may not answer it. Absent where who asks and who answers are one. */
  by?: { uid: number; user: string } | undefined;
  /** Milliseconds since the epoch. */
  createdAt: number;
  updatedAt: number;
  expiresAt: number;
  /** How often it was asked for. */
  asked: number;
  /** When people were told again; null: not yet. */
  remindedAt: number | null;
  answer: ApprovalAnswer | null;
  /** How it ended once it was carried out. */
  result: { run: string; outcome: string; message: string } | null;
}

export interface ApprovalAnswer {
  kind: 'approve' | 'deny';
  by: string;
  uid: number;
  at: number;
  comment: string | null;
  /** The digest that whoever answered has seen. */
  digest: string;
}

/** What is kept beside it and never shown: the change itself, unmasked. */
export interface ParkedChange {
  change: Change;
  source: string;
  /** Of the goal of the run that asked: what has to be true after it, whatever its own checks say. */
  invariants?: Expectation[];
  /** The run that asked goes on with the answer, and looks first whether it is still wanted. */
  goesOn?: boolean;
}
