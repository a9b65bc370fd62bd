import type { RunEvent } from '../protocol/event.ts';
import { addUsage, NO_USAGE, type Usage } from '../protocol/model.ts';
import { createConversation } from './conversation.ts';
import { createPromptMarks } from './prompt-marks.ts';
import type { EventOf, Replayed, ReplayLine, ReplayState } from './replayed.ts';

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
    lastAt: null,
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
    state.lastAt = at;
    marks.see(seq, event);
    conversation.take(event);
    take(state, event);
    if (event.type === 'run.rewound') marks.goBack(event.point);
  }
  if (sittingFrom !== null) state.spentMs += Math.max(0, last - sittingFrom);
  // A lost first request may have told a local model what is here.
  if (state.marker === null) state.staysLocal ||= state.snapshotItems.some(isLocal);
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
      state.staysLocal = event.place !== 'cloud' && state.snapshotItems.some(isLocal);
      break;
    case 'message.added':
      if (event.place === 'local') state.staysLocal ||= state.snapshotItems.some(isLocal);
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

function isLocal({ egress }: ReplayState['snapshotItems'][number]): boolean {
  return egress === 'local';
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
