import type { ChangeEvent } from './change-event.ts';
import type { Autonomy, Effect, PermissionMode } from './effect.ts';
import type { BrokenRule, Finding } from './finding.ts';
import type { StepOrigin } from './gate.ts';
import type { Isolation } from './isolation.ts';
import type { HostIdentity } from './machine.ts';
import type { Block, Message } from './message.ts';
import type { FailureClass, StopReason, Usage } from './model.ts';
import type { Outcome, Reason } from './outcome.ts';
import type { Answer, Answered, Question } from './question.ts';
import type { Check, ModelReport } from './report.ts';
import type { LookItem, SnapshotItem } from './snapshot.ts';
import type { Target } from './target.ts';
import type { Trigger } from './trigger.ts';
import type { Decision, Verdict } from './verdict.ts';

/**
 * Everything a run saw, asked, was allowed, did and proved. Screen, JSON output, audit, metrics and resume read this
 * one stream. Names are noun.past. Events are appended before what they announce takes effect.
 */
export type RunEvent =
  | ChangeEvent
  | {
      type: 'run.opened';
      run: string;
      steward: string;
      goal: string | null;
      prompt: string | null;
      trigger: Trigger;
      host: HostIdentity;
      cwd: string;
      model: string | null;
      /** Name of the model's provider, so that a resumed run asks the same one. */
      provider?: string;
      /** Where the model's key was found: the name of a variable, or the path of a file. null: there is none. */
      keySource?: string | null;
      /** The goal's, as given with --set. */
      parameters?: Record<string, string>;
      /** What came through stdin beside the prompt; it is kept in `prompt.built`. */
      attachmentBytes?: number;
      tools: string[];
      /** Tools and rules that --disallowedTools took away: they stay away when the run goes on. */
      denied?: string[];
      mode: PermissionMode;
      autonomy: Autonomy;
      policyDigest: string;
      isolation: Isolation;
    }
  /** Commands are confined otherwise than `run.opened` said: bubblewrap is there and does not start. */
  | { type: 'isolation.found'; isolation: Isolation; problem: string | null }
  | {
      type: 'run.resumed';
      model: string | null;
      provider?: string;
      prompt: string | null;
      /** What this sitting says before its prompt: how late it is, words and a schema that it adds. */
      preface?: string[];
      /** What came through stdin beside the prompt, capped: data. */
      input?: string;
      /** Everything denied from here on, what was denied before with it. */
      denied?: string[];
    }
  /** The operator gave the run a name. The last one counts. */
  | { type: 'run.named'; name: string }
  /**
   * The conversation went back to before a prompt, which was asked in the line numbered `point`. What was done and spent
   * since stays done and spent; files went back as far as `restored` says, each by a step of its own before this line.
   */
  | {
      type: 'run.rewound';
      point: number;
      prompt: string;
      restored: string[];
      refused: { path: string; reason: string }[];
    }
  /** The operator's own command (`O1`), in a terminal of its own: nobody judged it. */
  | { type: 'operator.began'; id: string; command: string; cwd: string; isTold: boolean }
  /** `output`: its text, capped, for the model, which reads it with the next prompt; null when it is not told. */
  | {
      type: 'operator.ended';
      id: string;
      exitCode: number | null;
      signal: string | null;
      durationMs: number;
      outputBytes: number;
      output: string | null;
    }
  /** What was wrong when the log was opened again. `damagedLines` count from 1 and stay as they are. */
  | {
      type: 'log.repaired';
      cutBytes: number;
      damagedLines: number[];
      unknownSteps: string[];
      /** Ids of tool_use blocks. */
      unansweredCalls: string[];
    }
  | { type: 'snapshot.taken'; items: Omit<SnapshotItem, 'facts'>[]; durationMs: number }
  | { type: 'findings.judged'; findings: Finding[]; brokenRules: BrokenRule[] }
  | { type: 'look.taken'; look: LookItem }
  /**
   * What is sent first, exactly; resume starts from it. `marker` is what this run's fences are made of. What must stay
   * local was left out of one that was built for a model in the cloud.
   */
  | {
      type: 'prompt.built';
      system: string[];
      messages: Message[];
      marker: string;
      bytes: number;
      place?: 'cloud' | 'local';
    }
  /**
   * Words of the shell between turns (the answer was cut, or does not follow the schema), or what the operator typed. By
   * the trigger: news of it. `place`: it tells of a new look, to a model there; see `prompt.built`.
   */
  | { type: 'message.added'; message: Message; by?: 'operator' | 'trigger'; place?: 'cloud' | 'local' }
  | { type: 'model.requested'; turn: number; model: string; reservedUsd: number | null }
  | {
      type: 'model.replied';
      turn: number;
      model: string;
      content: Block[];
      stopReason: StopReason;
      usage: Usage;
      costUsd: number | null;
      durationMs: number;
      firstTokenMs: number;
    }
  | {
      type: 'model.failed';
      model: string;
      class: FailureClass;
      status: number | null;
      message: string;
      resumeAt: number | null;
      attempt: number;
      /** Until it is asked again; null when it is not. */
      pauseMs?: number | null;
      usage: Usage;
      costUsd: number | null;
    }
  | {
      type: 'step.decided';
      step: string;
      origin: StepOrigin;
      /** What will run, for people; masked. */
      command: string;
      effect: Effect;
      target: Target;
      verdict: Verdict;
      decision: Exclude<Decision['kind'], 'ask'>;
      rule: string;
      reason: string;
    }
  /** A person is asked. What they see is in `question`, masked; `step.decided` follows the answer. */
  | { type: 'step.asked'; step: string; question: Question }
  | {
      type: 'step.answered';
      step: string;
      question: string;
      answer: Answer['kind'];
      /** What the model was told with a no. */
      comment: string | null;
      /** With `run`: the rule, and whether it proved to apply when everything was judged again. */
      rule: Answered['rule'];
    }
  | { type: 'step.started'; step: string; effect: Effect; command: string }
  | { type: 'step.finished'; step: string; ok: boolean; summary: string; durationMs: number }
  /** Written by repair: it started, and nobody saw how it ended. */
  | { type: 'step.unknown'; step: string; effect: Effect; command: string }
  /** `before` names the kept bytes in the state store; null: there was no file. `after`: sha256; null: it is removed. */
  | { type: 'file.checkpointed'; step: string; path: string; before: string | null; after: string | null }
  | {
      type: 'call.finished';
      call: string;
      toolUseId: string;
      tool: string;
      input: unknown;
      ok: boolean;
      text: string;
      refused: boolean;
      durationMs: number;
    }
  /** Old tool output left out of later requests, or a summary put in its place. `messages` is the new conversation. */
  | {
      type: 'context.reduced';
      method: 'prune' | 'summarise';
      droppedBytes: number;
      messages: Message[];
      /** What the summary cost; nothing for pruning. */
      usage: Usage;
      costUsd: number | null;
    }
  | { type: 'report.made'; report: ModelReport }
  | { type: 'checks.made'; checks: Check[] }
  | { type: 'notice.given'; level: 'info' | 'warning'; text: string }
  | {
      type: 'run.closed';
      outcome: Outcome;
      reason: Reason;
      message: string | null;
      result: string | null;
      resumeAt: number | null;
      turns: number;
      usage: Usage;
      costUsd: number | null;
      durationMs: number;
    };

export type EventType = RunEvent['type'];

/** A line of `runs/<id>.jsonl`. `hash` is the sha256 of the line up to it; `prev` is the hash of the line before. */
export interface LogLine {
  seq: number;
  /** RFC 3339 with milliseconds, UTC. */
  time: string;
  event: RunEvent;
  prev: string;
  hash: string;
}

/** Where the parts of a run put their events. */
export interface EventSink {
  /** Appends. Throws OpsError `state-full` when the log cannot be written; nothing more may then be done. */
  record(event: RunEvent): void;
  /** On disk when it resolves. */
  sync(): Promise<void>;
}
