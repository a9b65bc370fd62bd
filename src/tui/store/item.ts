import type { ChangeEnd } from '../../protocol/change.ts';
import type { Effect } from '../../protocol/effect.ts';
import type { BrokenRule, Finding } from '../../protocol/finding.ts';
import type { Outcome, Reason } from '../../protocol/outcome.ts';
import type { Check, ModelReport } from '../../protocol/report.ts';

/** What stands in the transcript: finished, printed once, never changed. Texts are as they came, not yet printable. */
export type Item = { id: number } & ItemBody;

export type ItemBody =
  | { kind: 'prompt'; text: string; how: 'said' | 'steered' | 'goal' | 'resumed' }
  | { kind: 'text'; piece: Piece }
  | { kind: 'cut-answer'; reason: string }
  | { kind: 'thinking'; words: number }
  | { kind: 'call'; call: FinishedCall }
  /** `isSeen`: it and its output stand above, from when it ran. */
  | { kind: 'own'; line: string; isTold: boolean; isSeen: boolean; ended: OwnEnd }
  | { kind: 'notice'; level: 'info' | 'warning' | 'trouble'; text: string; hint: string | null }
  | { kind: 'snapshot'; answered: number; asked: number; durationMs: number; silent: string[] }
  | { kind: 'findings'; findings: ListedFinding[]; brokenRules: BrokenRule[] }
  | { kind: 'report'; report: ModelReport }
  | { kind: 'checks'; checks: Check[] }
  | {
      kind: 'change';
      change: string;
      end: ChangeEnd;
      failed: string | null;
      message: string;
      steps: readonly ChangeStepDone[];
    }
  | { kind: 'ended'; ending: Ending }
  | { kind: 'compacted'; method: 'prune' | 'summarise'; droppedBytes: number }
  | { kind: 'rewound'; prompt: string; restored: string[]; refused: { path: string; reason: string }[] }
  | { kind: 'opened'; name: string | null; run: string | null; older: number }
  /** What a slash command shows: Markdown. */
  | { kind: 'page'; title: string; markdown: string }
  /** Printed as it is: what `[` brings from the pager into the scrollback. */
  | { kind: 'plain'; text: string };

/** A step of a change that was done, or a check that was made. */
export interface ChangeStepDone {
  /** `X1`. */
  change: string;
  text: string;
  ok: boolean;
  detail: string;
  durationMs: number;
}

export type ListedFinding = Pick<Finding, 'id' | 'severity' | 'text' | 'isOpen' | 'quietReason'>;

/**
 * A part of an answer as it was cut for printing: whole blocks of Markdown, or a part of a block that was too long to
 * wait for its end.
 */
export interface Piece {
  source: string;
  /** Words of the paragraph at the head of `source` that were printed before. */
  skipWords: number;
  /** Words of it that are printed now; null: all that are left. */
  takeWords: number | null;
  join: Join;
  /** First of its answer, which gets the mark. */
  isFirst: boolean;
}

/** How a piece stands to what was printed before it: behind an empty row, right below, or as a part of the same block. */
export type Join = 'apart' | 'below' | 'same';

export interface OwnEnd {
  exitCode: number | null;
  signal: string | null;
  durationMs: number;
}

export interface Ending {
  outcome: Outcome;
  reason: Reason;
  message: string | null;
  turns: number;
  tokens: number;
  costUsd: number | null;
  durationMs: number;
}

/** A call as far as it has come. */
export interface Call {
  /** `C3`. */
  id: string;
  tool: string;
  /** As the model gave it; null until it is known. */
  input: unknown;
  /** What the gate judged; it is what runs. */
  command: string | null;
  effect: Effect | null;
  target: string | null;
  rule: string | null;
  /** The gate's sentence, of a refused one. */
  reason: string | null;
  /** Milliseconds since the epoch; null while it waits for the gate. */
  startedAt: number | null;
  /** The newest of what it wrote, at most a few KiB. */
  output: string;
  /** `exit 3`, `412 bytes`; null while it runs. */
  summary: string | null;
}

export interface FinishedCall extends Call {
  result: 'ok' | 'failed' | 'refused' | 'unknown';
  durationMs: number;
  /** The first lines of what came of it, fences taken off. */
  preview: string;
  /** Lines that `preview` leaves out. */
  hiddenLines: number;
}
