import type { Change, ChangeEnd, Expectation, PlannedChange } from '../../protocol/change.ts';
import type { ExecutorPlan, ExecutorRequest } from '../../protocol/executor.ts';
import type { ProposedNote } from '../../protocol/knowledge.ts';
import type { Reason } from '../../protocol/outcome.ts';
import { createSwitches } from '../../runs/index.ts';
import { askExecutor, type ExecutorEnd } from '../executor/client.ts';
import { proposeLearned } from '../knowledge/propose-learned.ts';
import type { Recorder } from '../run/recorder.ts';
import type { World } from '../world.ts';

/** A change that the executor is asked for, in the run that wants it. */
export interface AskedElsewhere {
  world: World;
  recorder: Recorder;
  run: string;
  /** `X1` */
  id: string;
  change: Change;
  /** Of the goal; the executor verifies them with the rest. */
  invariants?: readonly Expectation[];
  socket: string;
  /** This run goes on when somebody answers. */
  goesOn: boolean;
  /** Why this run may only leave it for somebody; null: it may have it done, as far as the executor allows. */
  whyOnlyPropose(plan: ExecutorPlan['plan']): { kind: 'refuse' | 'park'; why: string } | null;
  signal: AbortSignal;
}

export type EndedElsewhere =
  | { kind: 'ended'; end: ChangeEnd; message: string }
  | { kind: 'parked'; approval: { id: string; expiresAt: number }; why: string }
  /** Nothing was done. */
  | { kind: 'refused'; reason: Reason; message: string };

/** How long a lost executor is asked how it ended: a recovery takes up to a minute. */
const LOST_WAIT_MS = 60_000;
const LOST_POLL_MS = 500;

/**
 * Planned, judged and carried out by the executor; this run's log says what was asked before it is asked, and cites the
 * executor's own log after. OpsError `sandbox` when it cannot be reached: nothing was asked then.
 */
export async function askForChange(asked: AskedElsewhere): Promise<EndedElsewhere> {
  const { world, recorder, id, signal, socket } = asked;
  const verify = [...asked.change.verify, ...(asked.invariants ?? [])];
  const wanted = { change: { ...asked.change, verify }, cwd: world.cwd };
  let made: ExecutorPlan | null = null;
  const looked = await askExecutor(
    socket,
    { do: 'plan', ...wanted },
    {
      onAnswer(answer) {
        if (answer.say === 'planned') made = answer;
      },
      signal,
    },
  );
  // Assigned in the listener, which the compiler does not follow.
  const plan = made as ExecutorPlan | null;
  if (plan === null || looked.say !== 'done') return refusedBy(looked);
  recordPlan(asked, plan);
  const held = await heldBack(asked, plan);
  if (held !== null) return { kind: 'refused', reason: 'escalated', message: held };
  const own = asked.whyOnlyPropose(plan.plan);
  if (own?.kind === 'refuse') return { kind: 'refused', reason: 'escalated', message: own.why };
  if (plan.standing === 'refuse') {
    return { kind: 'refused', reason: 'escalated', message: plan.why ?? 'the executor refuses it' };
  }
  const { digest } = plan.plan;
  const from = { run: asked.run, change: id };
  const mayRun = own === null && plan.standing === 'grant';
  const request = mayRun ? ('run' as const) : ('propose' as const);
  recorder.record({ type: 'executor.asked', change: id, request, digest, socket });
  await recorder.sync();
  if (mayRun) return carried(asked, { do: 'run', ...wanted, digest, from });
  const why = own?.why ?? plan.why ?? 'it takes a person';
  const { goesOn } = asked;
  return proposed(asked, { do: 'propose', ...wanted, digest, from, goesOn }, why);
}

export type AskedRun = Pick<AskedElsewhere, 'world' | 'recorder' | 'run' | 'id' | 'socket' | 'signal'>;

/** The executor does it, told step by step; a lost one is asked how it ended. */
export async function carried(
  asked: AskedRun,
  request: Extract<ExecutorRequest, { do: 'run' | 'take' }>,
): Promise<EndedElsewhere> {
  const { recorder, id, signal, socket } = asked;
  let next: { id: string; expiresAt: number } | null = null;
  let isToldEnd = false;
  let learned: readonly ProposedNote[] = [];
  const answered = await askExecutor(socket, request, {
    onAnswer(answer) {
      if (answer.say !== 'event') return;
      const { event } = answer;
      // What was approved is another plan by now, and waits anew.
      if (event.type === 'change.parked') next = { id: event.approval, expiresAt: event.expiresAt };
      if (
        event.type === 'change.began' ||
        event.type === 'change.finished' ||
        event.type === 'change.ended'
      ) {
        if (event.type === 'change.ended') {
          isToldEnd = true;
          learned = event.learned ?? [];
        }
        recorder.record({ ...event, change: id });
      }
    },
    signal,
  });
  // Somebody else may have come for it first.
  const isLost = answered.say === 'lost' || (request.do === 'take' && isUsed(answered));
  const last = isLost
    ? await endOfLost(asked, answered.say === 'lost' ? answered.why : 'it was begun')
    : answered;
  recordAnswer(asked, last);
  await proposeLearned(asked, learned);
  const waits = next as { id: string; expiresAt: number } | null;
  if (waits !== null) {
    recorder.record({ type: 'change.parked', change: id, approval: waits.id, expiresAt: waits.expiresAt });
    return { kind: 'parked', approval: waits, why: 'what it rested on has moved' };
  }
  const done = (end: ChangeEnd, message: string): EndedElsewhere => {
    if (!isToldEnd) recorder.record({ type: 'change.ended', change: id, end, failed: null, message });
    return { kind: 'ended', end, message };
  };
  if (last.say === 'refused') {
    done('refused', last.message);
    return refusedBy(last);
  }
  if (last.say === 'done') return done(last.end ?? 'refused', last.message ?? 'nothing was done');
  // Neither state is proved, and nobody here can look: it is the executor's recovery that ends it, and a person who reads.
  const why = last.say === 'lost' ? last.why : `the executor's run ${last.run} is not over`;
  return done(
    'escalated',
    `nobody saw how it ended: ${why}; steward-executor-recover.service brings it to one state`,
  );
}

async function proposed(
  asked: AskedElsewhere,
  request: Extract<ExecutorRequest, { do: 'propose' }>,
  why: string,
): Promise<EndedElsewhere> {
  const { recorder, id, signal, socket } = asked;
  let approval: { id: string; expiresAt: number } | null = null;
  const last = await askExecutor(socket, request, {
    onAnswer(answer) {
      const [first] = answer.say === 'approvals' ? answer.approvals : [];
      if (first !== undefined) approval = { id: first.id, expiresAt: first.expiresAt };
    },
    signal,
  });
  recordAnswer(asked, last);
  const waits = approval as { id: string; expiresAt: number } | null;
  if (last.say !== 'done' || waits === null) return refusedBy(last);
  recorder.record({ type: 'change.parked', change: id, approval: waits.id, expiresAt: waits.expiresAt });
  return { kind: 'parked', approval: waits, why };
}

function isUsed(last: ExecutorEnd): boolean {
  return last.say === 'refused' && last.code === 'used';
}

/** The executor may have been killed: its own recovery ends the change, and its log says how. */
export async function endOfLost(
  { world, socket, signal, run, id }: AskedRun,
  why: string,
): Promise<ExecutorEnd> {
  const from = { run, change: id };
  const until = world.clock.elapsed() + LOST_WAIT_MS;
  let last: ExecutorEnd = { say: 'lost', why };
  while (!signal.aborted && world.clock.elapsed() < until) {
    try {
      last = await askExecutor(socket, { do: 'ended', from }, { signal });
    } catch {
      // It cannot be reached for the moment; what is known stays what it was.
    }
    if (last.say === 'done' || last.say === 'refused') return last;
    await world.clock.sleep(LOST_POLL_MS, signal);
  }
  return last;
}

/** What operators switched off holds for what is asked of others too. */
async function heldBack(
  { world, run }: AskedElsewhere,
  { plan, targets }: ExecutorPlan,
): Promise<string | null> {
  const { paused, stopped, handsOff } = await createSwitches(world).read(run);
  if (stopped) return 'an operator stopped this run: nothing more is done';
  if (paused !== null) return `steward is paused by ${paused.by}: \`steward resume\` ends it`;
  const named = new Set([...targets, ...plan.preconditions.map(({ name }) => name)]);
  const kept = handsOff.find(({ target }) => named.has(target) || named.has(`${target}.service`));
  return kept === undefined
    ? null
    : `${kept.target} is left to ${kept.by} until ${new Date(kept.until).toISOString()}`;
}

function recordPlan({ recorder, id, change }: AskedElsewhere, { plan, targets }: ExecutorPlan): void {
  const { digest, effect, steps, undo, preconditions }: Omit<PlannedChange, 'id' | 'change'> = plan;
  recorder.record({
    type: 'change.planned',
    change: id,
    title: change.title,
    digest,
    effect,
    targets,
    steps,
    undo,
    preconditions,
  });
}

export function recordAnswer({ recorder, id }: AskedRun, last: ExecutorEnd): void {
  recorder.record({
    type: 'executor.answered',
    change: id,
    run: last.say === 'done' || last.say === 'working' ? last.run : null,
    head: last.say === 'done' ? last.head : null,
    approval: last.say === 'done' ? last.approval : null,
    problem: last.say === 'refused' ? last.message : last.say === 'lost' ? last.why : null,
  });
}

function refusedBy(last: ExecutorEnd): Extract<EndedElsewhere, { kind: 'refused' }> {
  if (last.say === 'refused') {
    const message = last.hint === null ? last.message : `${last.message} (${last.hint})`;
    return { kind: 'refused', reason: last.reason, message };
  }
  const message = last.say === 'lost' ? last.why : 'the executor did not say what it would do';
  return { kind: 'refused', reason: 'escalated', message };
}
