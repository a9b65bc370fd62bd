import { OpsError } from '../../lib/ops-error.ts';
import type { Approval } from '../../protocol/approval.ts';
import type { ExecutorAnswer, ExecutorRequest, ShownPlan } from '../../protocol/executor.ts';
import { NO_USAGE } from '../../protocol/model.ts';
import { ending } from '../../protocol/outcome.ts';
import { askExecutor, type ExecutorEnd, executorToAnswer } from '../executor/client.ts';
import type { RunEnd, RunListener } from '../run/run-request.ts';
import type { World } from '../world.ts';

/** To list is done at once, also where the executor has to be started for it: whoever is slower than this hangs. */
const LIST_WITHIN_MS = 30_000;
/** The same where somebody waits for a page. */
export const PAGE_WITHIN_MS = 5_000;

/** What waits at the executor; `problem`: why that cannot be told. Nothing and no problem where there is no executor. */
export async function listElsewhere(
  world: World,
  withinMs = LIST_WITHIN_MS,
): Promise<{ approvals: Approval[]; problem: string | null }> {
  const socket = executorToAnswer(world);
  if (socket === null) return { approvals: [], problem: null };
  try {
    return { approvals: await listIn(world, socket, withinMs), problem: null };
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    return { approvals: [], problem: `${error.message}${error.hint === null ? '' : `: ${error.hint}`}` };
  }
}

/**
 * By its id or the unique beginning of one; null when the executor has none, or there is no executor. OpsError `busy` when
 * it does not answer.
 */
export async function findElsewhere(
  world: World,
  wanted: string,
  withinMs = LIST_WITHIN_MS,
): Promise<{ socket: string; approval: Approval } | null> {
  const socket = executorToAnswer(world);
  if (socket === null) return null;
  const all = await listIn(world, socket, withinMs);
  const matching = all.filter(({ id }) => id.startsWith(wanted));
  const approval = all.find(({ id }) => id === wanted) ?? (matching.length === 1 ? matching[0] : undefined);
  return approval === undefined ? null : { socket, approval };
}

/** As it would be done now; null for whoever may not answer it, and when it waits no more. */
export async function showElsewhere(
  { socket, approval }: { socket: string; approval: Approval },
  signal?: AbortSignal,
): Promise<ShownPlan | null> {
  const shown: ShownPlan[] = [];
  const onAnswer = (answer: ExecutorAnswer): void => {
    if (answer.say === 'shown') shown.push(answer);
  };
  const last = await askExecutor(socket, { do: 'show', approval: approval.id }, { onAnswer, signal });
  if (last.say !== 'done') throw problemOf(last, 'look at the journal of the executor');
  return shown[0] ?? null;
}

/** Says yes to the plan that was shown; what the executor does is told as it goes. Its run is the one that is given back. */
export async function approveElsewhere(
  world: World,
  { socket, approval }: { socket: string; approval: Approval },
  comment: string | null,
  listener: RunListener,
  signal: AbortSignal,
): Promise<RunEnd> {
  const { id, digest } = approval;
  const last = await askExecutor(
    socket,
    { do: 'approve', approval: id, digest, comment, run: true },
    {
      onAnswer(answer) {
        if (answer.say === 'event') listener.onEvent(answer.event, answer.time, null);
      },
      signal,
    },
  );
  if (last.say === 'done') {
    // The run that asked found that it is not wanted any more: there is no run that did it.
    if (last.run === null) {
      const told = nothingRan(last.message ?? 'nothing was done');
      listener.onEvent(told, new Date(world.clock.now()).toISOString(), null);
    }
    return { run: last.run ?? '', logHead: last.head };
  }
  throw problemOf(last, `the executor goes on with ${id}: steward approvals show ${id} tells how it ended`);
}

export async function denyElsewhere(
  { socket, approval }: { socket: string; approval: Approval },
  comment: string | null,
): Promise<Approval> {
  const { id, digest } = approval;
  const [denied] = await approvalsIn(socket, { do: 'deny', approval: id, digest, comment });
  return denied ?? approval;
}

async function listIn({ clock }: World, socket: string, withinMs: number): Promise<Approval[]> {
  const [limit, over] = [new AbortController(), new AbortController()];
  void clock.sleep(withinMs, over.signal).then(() => {
    if (!over.signal.aborted) limit.abort();
  });
  try {
    return await approvalsIn(socket, { do: 'list' }, limit.signal);
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    const message = `it has not answered within ${withinMs / 1000} s`;
    const hint = 'look at the journal of steward-executor@*.service';
    throw new OpsError('executor-slow', 'busy', message, { hint, cause: error });
  } finally {
    over.abort();
  }
}

async function approvalsIn(
  socket: string,
  request: ExecutorRequest,
  signal?: AbortSignal,
): Promise<Approval[]> {
  const found: Approval[] = [];
  const onAnswer = (answer: ExecutorAnswer): void => {
    if (answer.say === 'approvals') found.push(...answer.approvals);
  };
  const last = await askExecutor(socket, request, { onAnswer, signal });
  if (last.say === 'done') return found;
  throw problemOf(last, 'look at the journal of the executor');
}

function problemOf(last: Exclude<ExecutorEnd, { say: 'done' }>, hint: string): OpsError {
  if (last.say === 'refused') {
    return new OpsError(last.code, last.reason, last.message, last.hint === null ? {} : { hint: last.hint });
  }
  const message = last.say === 'lost' ? last.why : `the executor's run ${last.run} is not over`;
  return new OpsError('executor-lost', 'escalated', message, { hint });
}

function nothingRan(message: string) {
  return {
    type: 'run.closed' as const,
    outcome: ending('reported').outcome,
    reason: 'reported' as const,
    message: null,
    result: `${message}.`,
    resumeAt: null,
    turns: 0,
    usage: NO_USAGE,
    costUsd: 0,
    durationMs: 0,
  };
}
