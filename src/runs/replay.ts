import type { LogLine, RunEvent } from '../protocol/event.ts';
import type { BrokenRule, Finding } from '../protocol/finding.ts';
import type { Message } from '../protocol/message.ts';
import { addUsage, NO_USAGE, type StopReason, type Usage } from '../protocol/model.ts';
import type { Check, ModelReport } from '../protocol/report.ts';
import type { LookItem } from '../protocol/snapshot.ts';
import { createConversation } from './conversation.ts';
import { createPromptMarks } from './prompt-marks.ts';
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

/** Pure. Never throws for a log with holes in it: what cannot be placed is left out. */
export function replay(lines: readonly ReplayLine[]): Replayed {
  const conversation = createConversation();
  const state: ReplayState = {
    opened: null,
    closed: null,
    system: [],
    marker: null,
    staysLocal: false,
    name: null,
    tools: [],
    denied: [],
    lastStop: null,
    model: null,
    turns: 0,
    usage: NO_USAGE,
    costUsd: 0,
    nextNumbers: { probe: 1, look: 1, check: 1, finding: 1 },
    effects: [],
    checkpoints: [],
    snapshotItems: [],
    findings: [],
    brokenRules: [],
    looks: [],
    report: null,
    checks: [],
    spentMs: 0,
  };
  let sittingFrom: number | null = null;
  let last = 0;
  const marks = createPromptMarks(state, conversation);
  for (const { seq, time, event } of lines) {
    const at = Date.parse(time);
    if (event.type === 'run.resumed' || event.type === 'log.repaired' || sittingFrom === null) {
      if (sittingFrom !== null) state.spentMs += Math.max(0, last - sittingFrom);
      sittingFrom = at;
    }
    last = at;
    marks.see(seq, event);
    conversation.take(event);
    take(state, event);
    if (event.type === 'run.rewound') marks.goBack(event.point);
  }
  if (sittingFrom !== null) state.spentMs += Math.max(0, last - sittingFrom);
  return { ...state, ...conversation.end() };
}

/** Words that are about the log, not about the work. */
const ASIDE: ReadonlySet<RunEvent['type']> = new Set([
  'run.closed',
  'log.repaired',
  'notice.given',
  'isolation.found',
  'run.named',
  'run.rewound',
  'operator.began',
  'operator.ended',
]);

function take(state: ReplayState, event: RunEvent): void {
  if (!ASIDE.has(event.type)) state.closed = null;
  switch (event.type) {
    case 'run.opened':
      state.opened = event;
      state.tools = event.tools;
      state.denied = event.denied ?? [];
      state.model = modelOf(event);
      break;
    case 'run.resumed':
      // What was reported answers what was asked until then.
      if (event.prompt !== null) state.report = null;
      state.denied = [...new Set([...state.denied, ...(event.denied ?? [])])];
      state.model = modelOf(event) ?? state.model;
      break;
    case 'run.named':
      state.name = event.name;
      break;
    case 'run.closed':
      state.closed = event;
      break;
    case 'prompt.built':
      state.system = event.system;
      state.marker = event.marker;
      state.staysLocal =
        event.place !== 'cloud' && state.snapshotItems.some(({ egress }) => egress === 'local');
      break;
    case 'model.requested':
      state.turns = Math.max(state.turns, event.turn);
      break;
    case 'model.replied':
      state.turns = Math.max(state.turns, event.turn);
      state.lastStop = event.stopReason;
      spend(state, event);
      break;
    case 'model.failed':
    case 'context.reduced':
      spend(state, event);
      break;
    case 'snapshot.taken':
      state.snapshotItems = event.items;
      see(state.nextNumbers, 'probe', event.items);
      break;
    case 'findings.judged':
      state.findings = event.findings;
      state.brokenRules = event.brokenRules;
      see(state.nextNumbers, 'finding', event.findings);
      break;
    case 'look.taken':
      state.looks.push(event.look);
      see(state.nextNumbers, 'look', [event.look]);
      break;
    case 'checks.made':
      state.checks = event.checks;
      see(state.nextNumbers, 'check', event.checks);
      break;
    case 'report.made':
      state.report = event.report;
      break;
    case 'file.checkpointed':
      state.checkpoints.push(event);
      break;
    case 'step.started':
      if (event.effect !== 'observe') {
        const { step, effect, command } = event;
        state.effects.push({ step, effect, command, end: 'unknown' });
      }
      break;
    case 'step.finished': {
      const begun = state.effects.findLast(({ step, end }) => step === event.step && end === 'unknown');
      if (begun !== undefined) begun.end = event.ok ? 'ok' : 'failed';
      break;
    }
  }
}

function modelOf({ provider, model }: EventOf<'run.opened'> | EventOf<'run.resumed'>): Replayed['model'] {
  return provider === undefined || model === null ? null : { provider, name: model };
}

function spend(
  state: Pick<Replayed, 'usage' | 'costUsd'>,
  { usage, costUsd }: { usage: Usage; costUsd: number | null },
): void {
  state.usage = addUsage(state.usage, usage);
  // A failed request that cost no tokens has no price, and needs none.
  const isFree = Object.values(usage).every((tokens) => tokens === 0);
  const cost = costUsd ?? (isFree ? 0 : null);
  state.costUsd = cost === null || state.costUsd === null ? null : state.costUsd + cost;
}

function see(
  next: Replayed['nextNumbers'],
  kind: keyof Replayed['nextNumbers'],
  named: readonly { id: string }[],
): void {
  for (const { id } of named) {
    const number = Number(/^[A-Z]+(\d+)/.exec(id)?.[1] ?? 0);
    next[kind] = Math.max(next[kind], number + 1);
  }
}
