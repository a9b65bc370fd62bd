import { OpsError } from '../../lib/ops-error.ts';
import type { Approval } from '../../protocol/approval.ts';
import type { RunEvent } from '../../protocol/event.ts';
import type { ExecutorAnswer, ExecutorRequest } from '../../protocol/executor.ts';
import { approvalsOf, carryOutApproved } from '../change/approve-change.ts';
import { performChange } from '../change/perform-change.ts';
import { countAttempt } from '../change/trust.ts';
import type { RunEnd, RunListener } from '../run/run-request.ts';
import { tidy } from '../run/tidy.ts';
import { approvalClaim, claimOnce, isClaimed, pruneClaims, requestClaim } from './claims.ts';
import type { ExecutorScope } from './executor-scope.ts';
import { followTaken } from './left-to-asker.ts';
import { judgePlan } from './plan.ts';

/** A change that was approved before, or that root's settings leave to steward. Everything it does is told as it goes. */
export async function carryOutAsked(
  scope: ExecutorScope,
  request: Extract<ExecutorRequest, { do: 'run' }>,
): Promise<ExecutorAnswer> {
  const { world, peer, signal } = scope;
  const { digest, from } = request;
  const mine = requestClaim(peer.uid, from);
  if (await isClaimed(world.store, mine)) throw usedBefore();
  const claim = async (run: string) => claimOnce(world.store, mine, { run, at: world.clock.now() });
  const approved = await approvedFor(scope, digest);
  if (approved !== null) return carryOutFor(scope, approved, mine);
  const { plan, change, standing } = await judgePlan(world, request, signal);
  if (plan.planned.digest !== digest) throw otherPlan();
  if (standing.kind !== 'grant') {
    throw new OpsError('needs-approval', 'parked', `nobody has approved it: ${standing.why}`, {
      hint: 'propose it',
    });
  }
  return told(scope, null, (listener) =>
    performChange(
      { ...world, cwd: request.cwd },
      {
        run: crypto.randomUUID(),
        parent: from.run,
        change,
        source: `of run ${from.run.slice(0, 8)}, asked for by ${scope.user}`,
        async approve(planned, run) {
          if (planned.digest !== digest) throw otherPlan();
          await claim(run);
          await countAttempt(world, plan);
          return { kind: 'yes', byPerson: false };
        },
      },
      listener,
      signal,
    ),
  );
}

/** What somebody said yes to, once. `mine`: what else is used up by it. */
export async function carryOutFor(
  scope: ExecutorScope,
  approval: Approval,
  mine: string | null = null,
): Promise<ExecutorAnswer> {
  const { world, signal } = scope;
  const { id, by, run: asker, change } = approval;
  const claims = new Set([
    approvalClaim(id),
    ...(by === undefined ? [] : [requestClaim(by.uid, { run: asker, change })]),
    ...(mine === null ? [] : [mine]),
  ]);
  const claim = async (run: string): Promise<void> => {
    for (const name of claims) await claimOnce(world.store, name, { run, at: world.clock.now() });
  };
  // Two may come for it at once: whoever approved it, and the run that asked.
  const lock = await world.store.lock(`used/${id}`, 0);
  if (lock === undefined) {
    return (await followTaken(scope, id, BEGUN_WITHIN_MS)) ?? refuseUsed();
  }
  try {
    const { state } = await approvalsOf(world).find(id);
    if (state !== 'approved') return (await followTaken(scope, id, 0)) ?? refuseUsed();
    return await told(scope, id, (listener) =>
      carryOutApproved(world, approval, { claim }, listener, signal),
    );
  } finally {
    lock.release();
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Whoever holds the lock plans first. */
const BEGUN_WITHIN_MS = 60_000;

function refuseUsed(): never {
  throw usedBefore();
}

/** Approved, and not carried out yet. */
async function approvedFor({ world }: ExecutorScope, digest: string): Promise<Approval | null> {
  for (const approval of await approvalsOf(world).list()) {
    if (approval.state !== 'approved' || approval.digest !== digest) continue;
    if (world.clock.now() >= approval.expiresAt) continue;
    if (!(await isClaimed(world.store, approvalClaim(approval.id)))) return approval;
  }
  return null;
}

async function told(
  { world, send, note }: ExecutorScope,
  approval: string | null,
  perform: (listener: RunListener) => Promise<RunEnd>,
): Promise<ExecutorAnswer> {
  const told: RunEvent[] = [];
  const run = await perform({
    onEvent(event, time) {
      if (event.type === 'run.closed' || event.type === 'change.ended') told.push(event);
      send({ say: 'event', time, event });
    },
    onDelta() {},
  });
  const closed = told.findLast((event) => event.type === 'run.closed');
  const over = told.findLast((event) => event.type === 'change.ended');
  const outcome = closed?.outcome ?? null;
  note(`run ${run.run} closed, ${outcome}, log head ${run.logHead}`);
  await tidy(world);
  await pruneClaims(world.store, world.clock.now() - Math.max(1, world.settings.retention.days) * DAY_MS);
  return {
    say: 'done',
    run: run.run,
    head: run.logHead,
    outcome,
    end: over?.end ?? null,
    message: over?.message ?? closed?.message ?? null,
    approval,
  };
}

function otherPlan(): OpsError {
  return new OpsError(
    'other-digest',
    'input',
    'it is about another plan by now than the one that was shown',
    {
      hint: 'plan it again',
    },
  );
}

function usedBefore(): OpsError {
  return new OpsError('used', 'input', 'this change of this run was asked for before: it is done once', {
    hint: 'ask how it ended, or propose it as another change',
  });
}
