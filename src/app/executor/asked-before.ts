import { OpsError } from '../../lib/ops-error.ts';
import type { Approval } from '../../protocol/approval.ts';
import type { ExecutorAnswer, ExecutorRequest } from '../../protocol/executor.ts';
import { approvalsOf } from '../change/approve-change.ts';
import { approvalAt } from './answering.ts';
import { carryOutFor } from './carry.ts';
import { approvalClaim, claimOnce } from './claims.ts';
import { doneWith, type ExecutorScope } from './executor-scope.ts';
import { WITHDRAWN } from './left-to-asker.ts';

/** Whoever asked has what was approved carried out. */
export async function take(
  scope: ExecutorScope,
  { approval: id }: Extract<ExecutorRequest, { do: 'take' }>,
): Promise<ExecutorAnswer> {
  const approval = await ownApproval(scope, id);
  if (approval.state !== 'approved') throw notWaiting(approval);
  if (scope.world.clock.now() >= approval.expiresAt) {
    throw new OpsError('approval-expired', 'input', `${id} was approved, and has expired since`, {
      hint: 'propose it anew',
    });
  }
  return carryOutFor(scope, approval);
}

/** Whoever asked does not want it any more; nothing was begun, and nothing will be. */
export async function withdraw(
  scope: ExecutorScope,
  { approval: id, why }: Extract<ExecutorRequest, { do: 'withdraw' }>,
): Promise<ExecutorAnswer> {
  const { world, user, note } = scope;
  const approval = await ownApproval(scope, id);
  if (approval.state !== 'approved' && approval.state !== 'pending') throw notWaiting(approval);
  await claimOnce(world.store, approvalClaim(id), { run: WITHDRAWN, at: world.clock.now() });
  const message = `${user} withdrew it: ${world.masker.mask(why)}; nothing was done`;
  await approvalsOf(world).settle(id, {
    state: 'void',
    result: { run: approval.run, outcome: 'reported', message },
  });
  note(`${id} was withdrawn`);
  return doneWith(id);
}

async function ownApproval({ world, peer }: ExecutorScope, id: string): Promise<Approval> {
  const approval = await approvalAt(world, id);
  if (approval.by?.uid === peer.uid) return approval;
  throw new OpsError('no-right', 'input', `${id} was asked for by somebody else`);
}

function notWaiting({ id, state }: Approval): OpsError {
  return new OpsError('used', 'input', `${id} is ${state}`, { hint: 'ask how it ended' });
}
