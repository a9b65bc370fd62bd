import type { Autonomy, Effect, PermissionMode } from '../protocol/effect.ts';
import type { LogLine, RunEvent } from '../protocol/event.ts';
import type { Finding, Severity } from '../protocol/finding.ts';
import type { Isolation } from '../protocol/isolation.ts';
import type { ModelDelta, Usage } from '../protocol/model.ts';
import type { Outcome } from '../protocol/outcome.ts';
import type { Answer, Answered, Question } from '../protocol/question.ts';

/**
 * What a screen sees of steward: one conversation with its log, and what can be asked about the machine around it.
 * Every text is masked. Methods that do work in the background tell of it through `follow`; those that answer reject
 * with OpsError for what the operator can mend. Types only: a screen never loads what stands behind it.
 */
export interface Client {
  /** Calls in the order in which things happen, beginning with what has happened already. Answers with "stop". */
  follow(onHappening: (happening: Happening) => void): () => void;

  /** Begins a turn; while one works, the text waits (`queued`) and is sent when it has ended. */
  say(text: string): void;
  /** To the model at its next step, while a turn works; the same as `say` otherwise. */
  steer(text: string): void;
  /** Takes the last text back that still waits; null when there is none. */
  unqueue(): string | null;
  /** Ends what works now. Partial text and finished calls stay in the conversation. */
  interrupt(): void;
  answer(question: string, answer: Answer): Promise<Answered>;
  /** Why policy decides so about a line: the parse, the parts, the spec and rule behind each verdict. Plain text. */
  explain(line: string): Promise<string>;
  /** The operator's own command, in a terminal of its own. */
  runOwn(line: string, options: { isTold: boolean; columns: number; rows: number }): OwnCommand;
  /** What a command would do, before it is run: a sentence for an irreversible one, else null. */
  warnOfOwn(line: string): Promise<string | null>;

  setMode(mode: PermissionMode): void;
  setModel(name: string): Promise<void>;
  models(): Promise<ModelOption[]>;
  /** Prompts of this run that can be gone back to, oldest first. */
  rewindPoints(): Promise<RewindPoint[]>;
  rewind(point: string, options: { files: boolean }): Promise<Rewound>;
  compact(focus: string | null): Promise<void>;
  /** A new run with an empty conversation. */
  clear(): void;
  rename(name: string): Promise<void>;
  /** Earlier runs of this and, labelled, of the system's steward. Newest first. */
  runs(query: { text: string; limit: number }): Promise<RunOption[]>;
  /** Goes on with a run: what `follow` then tells begins with its newest lines. */
  open(run: string): Promise<void>;
  /** Lines before the one numbered `before`, oldest first, at most `limit`. */
  older(before: number, limit: number): Promise<LogLine[]>;

  /** Looks again; tells of it with `panel`. */
  snapshot(): Promise<void>;
  mentions(query: string, limit: number): Promise<Mention[]>;
  /** Names for typeahead: goals, and operators' own commands. */
  goals(): Promise<{ name: string; description: string }[]>;
  runGoal(name: string, sets: Record<string, string>): void;
  ownCommands(): Promise<OwnSlashCommand[]>;
  /** The text of a command's page, as Markdown: what `/policy`, `/doctor`, `/cost` … print. */
  page(name: PageName, argument: string): Promise<string>;
  /** What other runs have left for a person, newest first. */
  approvals(): Promise<ApprovalOption[]>;
  /**
   * By its id or the unique beginning of one. A yes counts for the plan that `page('approvals', id)` has shown, and
   * resolves when it was carried out, with a sentence about what came of it.
   */
  answerApproval(id: string, answer: ApprovalAnswer): Promise<string>;
  setPaused(pause: { forMs: number | null } | null): Promise<void>;
  exportRun(format: 'markdown' | 'json', file: string | null): Promise<string>;

  history(): Promise<string[]>;
  remember(prompt: string): void;
  /** Hands the text to `$VISUAL` or `$EDITOR` on the terminal, which the caller has given up for the while. */
  editText(text: string): Promise<string>;
  /** Ends what works, closes the log. Idempotent. */
  close(): Promise<void>;
}

export type PageName =
  | 'approvals'
  | 'context'
  | 'cost'
  | 'doctor'
  | 'findings'
  | 'goals'
  | 'memory'
  | 'permissions'
  | 'policy'
  | 'report'
  | 'runs'
  | 'status'
  | 'tools';

/** What a screen is told, in order. `run` and `delta` are the stream of the run log; the rest is about the session. */
export type Happening =
  /** `seq` counts the lines of the log; absent for what is told and not kept. */
  | { kind: 'run'; event: RunEvent; time: string; seq: number | null }
  | { kind: 'delta'; delta: ModelDelta }
  /** Bytes of a call that runs, as they come: the newest at most 4 KiB. */
  | { kind: 'output'; call: string; text: string }
  | { kind: 'question'; question: Question }
  | { kind: 'answered'; question: string; answer: Answer; rule: { rule: string; applies: boolean } | null }
  /** What was typed and waits, oldest first. */
  | { kind: 'queue'; waiting: string[] }
  | { kind: 'status'; status: Status }
  | { kind: 'panel'; panel: Panel }
  /** A run was opened in place of the one before: its screen begins anew. `older`: lines that were not told. */
  | { kind: 'opened'; run: string | null; name: string | null; older: number }
  | { kind: 'rewound'; rewound: Rewound }
  /** A command needs the terminal (a password): give it up, call `use`, take it back when that has settled. */
  | { kind: 'terminal-wanted'; command: string; use(): Promise<void> }
  | { kind: 'trouble'; text: string; hint: string | null };

export interface Status {
  version: string;
  host: string;
  user: string;
  cwd: string;
  /** null until settings are read, and where no model can be had. */
  model: { name: string; place: 'cloud' | 'local' } | null;
  /** Why there is no model. */
  modelMissing: string | null;
  mode: PermissionMode;
  autonomy: Autonomy;
  isolation: Isolation | null;
  /** What commands touch, when it is not this host. */
  target: string | null;
  context: { usedTokens: number; windowTokens: number } | null;
  usage: Usage;
  /** US dollars; null when a price is not known. */
  costUsd: { run: number | null; today: number | null };
  pendingApprovals: number;
  paused: { until: number | null; by: string } | null;
  /** A turn works. */
  isWorking: boolean;
  run: string | null;
  runName: string | null;
}

/** The small panel of what is wrong now. */
export interface Panel {
  state: 'looking' | 'ready' | 'failed';
  at: number | null;
  findings: Pick<Finding, 'id' | 'key' | 'severity' | 'object' | 'text' | 'since' | 'state' | 'isOpen'>[];
  /** Probes that answered, and those that did not. */
  probes: { ok: number; notConfigured: number; broken: number };
  problem: string | null;
}

export interface OwnCommand {
  /** What it wrote since the last call, terminal sequences and all; for a screen of its own. */
  onOutput(listener: (text: string) => void): void;
  write(keys: string): void;
  resize(columns: number, rows: number): void;
  /** TERM, then KILL. */
  stop(): void;
  ended: Promise<{ exitCode: number | null; signal: string | null; durationMs: number }>;
}

export interface ModelOption {
  name: string;
  place: 'cloud' | 'local';
  note: string;
  isCurrent: boolean;
}

export interface RewindPoint {
  id: string;
  prompt: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Files that steward changed since. */
  files: string[];
}

export interface Rewound {
  point: string;
  prompt: string;
  restored: string[];
  refused: { path: string; reason: string }[];
}

export interface RunOption {
  run: string;
  name: string | null;
  title: string;
  /** Milliseconds since the epoch. */
  at: number;
  outcome: Outcome | 'open' | 'interrupted';
  costUsd: number | null;
  owner: 'mine' | 'system';
  isResumable: boolean;
}

export interface ApprovalOption {
  id: string;
  title: string;
  target: string;
  effect: Effect;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export interface ApprovalAnswer {
  kind: 'approve' | 'deny';
  comment: string | null;
}

export interface Mention {
  /** What is put into the text: `@src/main.ts`, `@unit:nginx.service`. */
  text: string;
  kind: 'file' | 'folder' | 'unit' | 'job' | 'host' | 'service';
  note: string;
}

export interface OwnSlashCommand {
  name: string;
  description: string;
  /** Filled into the prompt; `$ARGUMENTS` stands for what is typed behind the name. */
  text: string;
  source: string;
}

export type { Severity };
