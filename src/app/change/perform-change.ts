import { type Plan, type PlanProblem, planChange } from '../../changes/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Change, Expectation, PlannedChange } from '../../protocol/change.ts';
import type { ProposedNote } from '../../protocol/knowledge.ts';
import { NO_USAGE } from '../../protocol/model.ts';
import { ending, type Reason } from '../../protocol/outcome.ts';
import { createRunLog } from '../../runs/index.ts';
import { createRecorder, type Recorder } from '../run/recorder.ts';
import type { RunEnd, RunListener } from '../run/run-request.ts';
import type { World } from '../world.ts';
import { carryInRun, recordPlan } from './carry-in-run.ts';
import { type ChangeBench, openBench } from './change-ports.ts';
import { type ChangeEnding, endingOf } from './ending.ts';
import { failingFiles } from './failing-files.ts';
import { opensAt } from './standing.ts';

export interface ChangeRequest {
  /** Id of the new run. */
  run: string;
  change: Change;
  /** Besides its own checks, of the goal of the run that asked. */
  invariants?: Expectation[];
  /** Where it was written, for people: a file. */
  source: string;
  /** The run in which it was proposed. */
  parent: string | null;
  /** Somebody is still to be asked: what the static check finds is said instead. */
  isAsked?: boolean;
  /** Asked once, with the plan. */
  approve(planned: PlannedChange, run: string): Promise<Approved>;
  /** What it has shown of the machine, before the run is closed. Absent: whoever asked reads it in `change.ended`. */
  onLearned?(learned: readonly ProposedNote[], parts: { run: string; recorder: Recorder }): Promise<void>;
  /** Somebody else carries it out: then nothing is planned, approved or done here. */
  elsewhere?(parts: { run: string; recorder: Recorder }): Promise<ChangeEnding>;
}

/** `later`: nobody is there who could answer; the message says where it waits. */
export type Approved =
  /** Not `byPerson`: settings let it run by itself, and its commands stay confined. */
  | { kind: 'yes'; byPerson?: boolean }
  | { kind: 'no' }
  | {
      kind: 'later';
      message: string;
      approval: { id: string; expiresAt: number } | null;
    };

/** The only change of its run. */
const CHANGE = 'X1';

/**
 * A change without a model, as a run of its own: planned, granted, carried out, and closed with an outcome that says in
 * which state the machine is. Never rejects.
 */
export async function performChange(
  world: World,
  request: ChangeRequest,
  listener: RunListener,
  signal: AbortSignal,
): Promise<RunEnd> {
  const startedMs = world.clock.elapsed();
  const { run } = request;
  const recorder = createRecorder(world.masker, world.clock, listener);
  let log: Awaited<ReturnType<typeof createRunLog>> | null = null;
  let end: ChangeEnding;
  try {
    log = await createRunLog({ store: world.store, run, clock: world.clock, mask: (text) => text });
    recorder.attach(log);
    const bench = await openBench(world, {
      run,
      change: CHANGE,
      recorder,
      isLogged: true,
      signal,
      source: request.source,
    });
    recordOpening(world, recorder, bench, run, request);
    end =
      (await request.elsewhere?.({ run, recorder })) ??
      (await live(world, { run, request, recorder, bench }));
  } catch (error) {
    end = endOfError(error, signal);
  }
  const durationMs = Math.round(world.clock.elapsed() - startedMs);
  try {
    recordClosing(recorder, end, durationMs);
    await log?.sync();
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    recorder.tell(closingEvent({ ...endOfError(error, signal) }, durationMs));
  }
  const logHead = log !== null && world.store.kind === 'disk' ? log.head() : null;
  log?.close();
  return { run, logHead };
}

interface Parts {
  run: string;
  request: ChangeRequest;
  recorder: Recorder;
  bench: ChangeBench;
}

async function live(world: World, parts: Parts): Promise<ChangeEnding> {
  const { request, bench } = parts;
  const first = await planOrProblems(request, bench);
  if ('problems' in first) return { reason: 'input', ...describeProblems(request.source, first.problems) };
  const { planned } = first.plan;
  recordPlan(parts.recorder, first.plan);
  const shut = opensAt(world, first.plan);
  if (shut !== null) {
    const message = `its window is shut until ${shut}; nothing was done`;
    return { reason: 'try-later', message, result: null, resumeAt: Date.parse(shut) };
  }
  const failing = request.isAsked === true ? await failingFiles(first.plan, bench) : [];
  if (failing.length > 0) {
    const message = `nothing was done, and nobody was asked: ${failing.join('\n')}`;
    return { reason: 'input', message, result: null };
  }
  const answer = await request.approve(planned, parts.run);
  if (answer.kind === 'no') {
    return { reason: 'reported', message: null, result: 'Nothing was done: it was declined.' };
  }
  if (answer.kind === 'later') {
    if (answer.approval !== null) {
      const { id, expiresAt } = answer.approval;
      parts.recorder.record({ type: 'change.parked', change: planned.id, approval: id, expiresAt });
    }
    const message = `"${planned.change.title}" is ${planned.effect} and nothing was done: ${answer.message}`;
    return { reason: 'parked', message, result: null };
  }
  try {
    return await carry(world, parts, first.plan, answer.byPerson ?? true);
  } finally {
    await parts.bench.clear();
  }
}

/** What was granted is what is done: when the world moved in between, the plan is made anew, and has to be the same. */
async function carry(world: World, parts: Parts, plan: Plan, byPerson: boolean): Promise<ChangeEnding> {
  const { request, bench, run, recorder } = parts;
  const again = await planOrProblems(request, bench);
  if ('problems' in again)
    return { reason: 'escalated', ...describeProblems(request.source, again.problems) };
  if (again.plan.planned.digest !== plan.planned.digest) {
    const message = 'what it rests on has changed since it was approved: nothing was done, ask for it again';
    return { reason: 'escalated', message, result: null };
  }
  const done = await carryInRun({ world, recorder, run }, bench, plan, byPerson);
  if ('busy' in done) return { reason: 'busy', message: done.busy, result: null };
  if (done.learned.length > 0) await request.onLearned?.(done.learned, { run, recorder });
  return endingOf(done, plan);
}

async function planOrProblems(
  { change, invariants = [] }: ChangeRequest,
  { ports }: ChangeBench,
): Promise<{ plan: Plan } | { problems: PlanProblem[] }> {
  return planChange(change, { id: CHANGE, invariants }, ports);
}

function describeProblems(
  source: string,
  problems: readonly PlanProblem[],
): { message: string; result: null } {
  const all = problems.map(({ field, message }) => `${source}: ${field}: ${message}`).join('\n');
  return { message: all, result: null };
}

function recordOpening(
  world: World,
  recorder: Recorder,
  { policing }: ChangeBench,
  run: string,
  { change, source, parent }: ChangeRequest,
): void {
  recorder.record({
    type: 'run.opened',
    run,
    steward: world.version,
    goal: null,
    prompt: `change ${source}: ${change.title}`,
    trigger: { kind: 'manual', payload: null, parent },
    host: world.host,
    cwd: world.cwd,
    model: null,
    tools: [],
    mode: 'default',
    autonomy: 'full',
    policyDigest: policing.policy.digest,
    isolation: world.isolation.expected,
  });
  for (const text of world.notices) recorder.record({ type: 'notice.given', level: 'warning', text });
}

function recordClosing(recorder: Recorder, end: ChangeEnding, durationMs: number): void {
  recorder.record(closingEvent(end, durationMs));
}

function closingEvent(end: ChangeEnding, durationMs: number) {
  return {
    type: 'run.closed' as const,
    outcome: ending(end.reason).outcome,
    ...end,
    resumeAt: end.resumeAt ?? null,
    turns: 0,
    usage: NO_USAGE,
    costUsd: 0,
    durationMs,
  };
}

function endOfError(error: unknown, signal: AbortSignal): ChangeEnding {
  if (error instanceof OpsError) {
    const message = error.hint === null ? error.message : `${error.message} (${error.hint})`;
    return { reason: error.reason, message, result: null };
  }
  if (signal.aborted) {
    const reason = signal.reason as Reason;
    return { reason, message: ending(reason).meaning, result: null };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { reason: 'bug', message, result: null };
}
