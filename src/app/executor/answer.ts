import { OpsError } from '../../lib/ops-error.ts';
import type { ExecutorAnswer, ExecutorRequest } from '../../protocol/executor.ts';
import { readRun } from '../../runs/index.ts';
import { approvalsOf } from '../change/approve-change.ts';
import { showParked } from '../change/show-parked.ts';
import { gather } from '../looking/gather.ts';
import { createLookBench } from '../looking/look-bench.ts';
import { loadProbes, pickProbes } from '../looking/probes.ts';
import { approvalAt, approve, deny, propose } from './answering.ts';
import { take, withdraw } from './asked-before.ts';
import { carryOutAsked } from './carry.ts';
import { claimOf, requestClaim } from './claims.ts';
import { doneWith, type ExecutorScope } from './executor-scope.ts';
import { judgePlan } from './plan.ts';
import { whyNotAnswer } from './rights.ts';

/** Does what one request asks for; the last answer is given back. OpsError for what is refused. */
export async function answer(scope: ExecutorScope, request: ExecutorRequest): Promise<ExecutorAnswer> {
  switch (request.do) {
    case 'plan':
      return plan(scope, request);
    case 'run':
      return carryOutAsked(scope, request);
    case 'propose':
      return propose(scope, request);
    case 'approve':
      return approve(scope, request);
    case 'deny':
      return deny(scope, request);
    case 'take':
      return take(scope, request);
    case 'withdraw':
      return withdraw(scope, request);
    case 'list':
      scope.send({ say: 'approvals', approvals: await approvalsOf(scope.world).list() });
      return doneWith(null);
    case 'show':
      return show(scope, request.approval);
    case 'probe':
      return probe(scope, request.probe);
    case 'ended':
      return ended(scope, request);
  }
}

/** Its lines are for whoever may answer: whoever asks could have put any file of root's into a change. */
async function show(scope: ExecutorScope, id: string): Promise<ExecutorAnswer> {
  const { world, peer, accounts, send, signal } = scope;
  const approval = await approvalAt(world, id);
  send({ say: 'approvals', approvals: [approval] });
  const why = whyNotAnswer(peer.uid, approval, world.settings.executor_approvers, accounts);
  const shown = why === null ? await showParked(world, approval, signal) : null;
  if (shown !== null) send({ say: 'shown', ...shown });
  return doneWith(null);
}

async function plan(
  { world, send, signal }: ExecutorScope,
  request: Extract<ExecutorRequest, { do: 'plan' }>,
): Promise<ExecutorAnswer> {
  const { plan: made, standing } = await judgePlan(world, request, signal);
  const { effect, steps, doubts, undo, preconditions, digest } = made.planned;
  send({
    say: 'planned',
    plan: { effect, steps, doubts, undo, preconditions, digest },
    targets: made.work.map(({ name }) => name),
    standing: standing.kind === 'park' ? 'ask' : standing.kind,
    why: standing.kind === 'grant' ? null : standing.why,
  });
  return doneWith(null);
}

/** By name, and only one that root wrote or that was shipped: nobody hands a command in. */
async function probe({ world, send, signal }: ExecutorScope, name: string): Promise<ExecutorAnswer> {
  const { disabled } = world.settings.probes;
  const probes = pickProbes(
    await loadProbes(world),
    [name],
    { source: 'the executor', reason: 'usage' },
    disabled,
  );
  const bench = await createLookBench(world);
  const options = { probes, slot: 'executor', alreadyOpen: [], isLookOnly: true };
  const { items, findings } = await gather({ world, ...bench, signal }, options);
  const item = items[0];
  if (item === undefined) {
    throw new OpsError('no-probe', 'input', `the probe ${name} is disabled here`);
  }
  send({ say: 'probed', item, findings });
  return doneWith(null);
}

async function ended(
  { world, peer }: ExecutorScope,
  { from }: Extract<ExecutorRequest, { do: 'ended' }>,
): Promise<ExecutorAnswer> {
  const claim = await claimOf(world.store, requestClaim(peer.uid, from));
  if (claim === null)
    throw new OpsError('not-begun', 'input', `${from.change} of this run was never begun here`);
  const { run } = claim;
  const { lines } = await readRun(world.store, run);
  const closed = lines.findLast(({ event }) => event.type === 'run.closed')?.event;
  if (closed?.type !== 'run.closed') return { say: 'working', run };
  const over = lines.findLast(({ event }) => event.type === 'change.ended')?.event;
  const end = over?.type === 'change.ended' ? over : null;
  return {
    say: 'done',
    run,
    head: lines.at(-1)?.hash ?? null,
    outcome: closed.outcome,
    end: end?.end ?? null,
    message: end?.message ?? closed.message,
    approval: null,
  };
}
