import type { LogLine, RunEvent } from '../protocol/event.ts';
import type { BrokenRule, Finding } from '../protocol/finding.ts';
import type { Message } from '../protocol/message.ts';
import type { StopReason, Usage } from '../protocol/model.ts';
import type { Check, ModelReport } from '../protocol/report.ts';
import type { LookItem } from '../protocol/snapshot.ts';
import type { ToldCommand } from './told-commands.ts';
import type { UnansweredCall } from './unanswered.ts';

export type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** What a run knew and had done when its log ended. */
export interface Replayed {
  opened: EventOf<'run.opened'> | null;
  /** Set when nothing happened after it. */
  closed: EventOf<'run.closed'> | null;
  system: string[];
  /** What this run's fences are made of; null before the prompt was built. */
  marker: string | null;
  /** The conversation holds what a probe says must stay local: no model in the cloud may have it. */
  staysLocal: boolean;
  /** Roles alternate, and every tool_use has exactly one result, some of them made up here (`unanswered`). */
  messages: Message[];
  /** The operator's own commands that the model has not read of. */
  told: ToldCommand[];
  /** The last one that the operator gave. */
  name: string | null;
  /** Names of the tools the run was opened with. */
  tools: string[];
  /** Tools and rules that a sitting was denied. */
  denied: string[];
  /** Calls of the last reply that the log has no result of. */
  unanswered: UnansweredCall[];
  /** Why the last reply ended; null before the first. */
  lastStop: StopReason | null;
  /** Whom the last sitting asked; null for nobody, or when the log does not say. */
  model: { provider: string; name: string } | null;
  /** The highest turn that was begun. */
  turns: number;
  usage: Usage;
  /** null once tokens were spent whose price is not known. */
  costUsd: number | null;
  nextCallNumber: number;
  /** First free number after `P`, `L`, `V` and `F`. */
  nextNumbers: { probe: number; look: number; check: number; finding: number };
  /** Everything above observe that was begun, in order. */
  effects: EffectDone[];
  checkpoints: EventOf<'file.checkpointed'>[];
  snapshotItems: EventOf<'snapshot.taken'>['items'];
  findings: Finding[];
  brokenRules: BrokenRule[];
  looks: LookItem[];
  report: ModelReport | null;
  checks: Check[];
  /** Between the first and the last line of each sitting; the time nobody worked on it does not count. */
  spentMs: number;
  /** Of its last line, milliseconds since the epoch; null for an empty log. */
  lastAt: number | null;
}

export interface EffectDone {
  step: string;
  effect: EventOf<'step.started'>['effect'];
  command: string;
  end: 'ok' | 'failed' | 'unknown';
}

/** What is not the conversation's own. */
export type ReplayState = Omit<Replayed, 'messages' | 'unanswered' | 'nextCallNumber' | 'told'>;

/** A line of a log; `run.rewound` finds its prompt by the number. */
export type ReplayLine = Pick<LogLine, 'time' | 'event'> & Partial<Pick<LogLine, 'seq'>>;
