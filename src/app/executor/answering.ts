import { OpsError } from '../../lib/ops-error.ts';
import type { Approval } from '../../protocol/approval.ts';
import type { ExecutorAnswer, ExecutorRequest } from '../../protocol/executor.ts';
import { approvalsOf, denyChange, respond } from '../change/approve-change.ts';
import { park } from '../change/park.ts';
import type { World } from '../world.ts';
import { carryOutFor } from './carry.ts';
import { approvalClaim, isClaimed } from './claims.ts';
import { doneWith, type ExecutorScope } from './executor-scope.ts';
import { announceAnswer, leaveToAsker } from './left-to-asker.ts';
import { judgePlan } from './plan.ts';
import { whyNotAnswer } from './rights.ts';

/** Of one user. The same target is asked about once, so that many are a mistake, or malice. */
const MOST_PENDING = 50;

/** Leaves a plan for somebody to answer, under the name of whoever the kernel says asks for it. */
export async function propose(
  scope: ExecutorScope,
  request: Extract<ExecutorRequest, { do: 'propose' }>,
): Promise<ExecutorAnswer> {
  const { world, peer, user, send, signal } = scope;
  const { plan, change, standing } = await judgePlan(world, request, signal);
  if (plan.planned.digest !== request.digest) {
    throw new OpsError(
      'other-digest',
      'input',
      'it is about another plan by now than the one that was shown',
      {
        hint: 'plan it again',
      },
    );
  }
  const mine = (await approvalsOf(world).list()).filter(
    ({ state, by }) => state === 'pending' && by?.uid === peer.uid,
  );
  if (mine.length >= MOST_PENDING) {
    throw new OpsError(
      'too-many',
      'input',
      `${mine.length} changes of ${user} wait already, and nobody reads more`,
      {
        hint: 'have some of them answered: steward approvals list',
      },
    );
  }
  if (standing.kind === 'refuse') throw new OpsError('refused', 'input', standing.why);
  const parked = await park(
    { ...world, cwd: request.cwd },
    {
      run: request.from.run,
      planned: { ...plan.planned, id: request.from.change },
      change,
      source: `asked for by ${user}`,
      by: { uid: peer.uid, user },
      ...(request.goesOn === undefined ? {} : { goesOn: request.goesOn }),
    },
  );
  const id = parked.approval?.id ?? null;
  if (id !== null) send({ say: 'approvals', approvals: [await approvalsOf(world).find(id)] });
  return doneWith(id);
}

/** A yes of somebody who may give one; it is carried out at once unless they want it to wait for the planner. */
export async function approve(
  scope: ExecutorScope,
  request: Extract<ExecutorRequest, { do: 'approve' }>,
): Promise<ExecutorAnswer> {
  const found = await answerable(scope, request.approval);
  if (await isClaimed(scope.world.store, approvalClaim(found.id))) {
    throw new OpsError('used', 'input', `${found.id} was used before: what was allowed once is done once`);
  }
  const approval = await respond(scope.world, 'approve', answeringOf(scope, request));
  await announceAnswer(scope, approval);
  if (!request.run) return doneWith(approval.id);
  return (await leaveToAsker(scope, approval)) ?? carryOutFor(scope, approval);
}

export async function deny(
  scope: ExecutorScope,
  request: Extract<ExecutorRequest, { do: 'deny' }>,
): Promise<ExecutorAnswer> {
  await answerable(scope, request.approval);
  const denied = await denyChange(scope.world, answeringOf(scope, request));
  scope.send({ say: 'approvals', approvals: [denied] });
  return doneWith(denied.id);
}

/** By its whole id. OpsError `input` for none, and for a record that we did not seal. */
export async function approvalAt(world: World, id: string): Promise<Approval> {
  const found = (await approvalsOf(world).list()).find((approval) => approval.id === id);
  if (found !== undefined) return found;
  if ((await world.store.readBytes(`approvals/${id}.json`)) !== undefined) {
    throw new OpsError('bad-seal', 'input', `${id} was not sealed by this executor, or was altered since`, {
      hint: 'have it proposed again; the journal of the executor says which file it is',
    });
  }
  throw new OpsError('no-approval', 'input', `there is no approval ${id}`, {
    hint: 'steward approvals list shows what waits',
  });
}

/** OpsError `input` for whoever may not answer it. */
async function answerable({ world, peer, accounts }: ExecutorScope, id: string): Promise<Approval> {
  const approval = await approvalAt(world, id);
  const why = whyNotAnswer(peer.uid, approval, world.settings.executor_approvers, accounts);
  if (why === null) return approval;
  throw new OpsError('no-right', 'input', why, {
    hint: 'executor_approvers in /etc/steward/steward.yaml says who may',
  });
}

function answeringOf(
  { peer, user }: ExecutorScope,
  { approval: id, digest, comment }: { approval: string; digest: string; comment: string | null },
) {
  return { id, digest, comment, by: { username: user, uid: peer.uid } };
}
