import { userInfo } from 'node:os';
import { type Approvals, createApprovals, type Refusal } from '../../approvals/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Approval } from '../../protocol/approval.ts';
import { ending, type Reason } from '../../protocol/outcome.ts';
import { createSwitches } from '../../runs/index.ts';
import { proposeLearned } from '../knowledge/propose-learned.ts';
import { performRun } from '../run/run.ts';
import type { ApprovedWork, RunEnd, RunListener, WorkHere } from '../run/run-request.ts';
import type { World } from '../world.ts';
import { requestToGoOn } from './go-on-with-answer.ts';
import { park } from './park.ts';
import { performChange } from './perform-change.ts';
import { readAsker } from './run-that-asked.ts';

/** Who answers, and what they were shown. */
export interface Answering {
  id: string;
  comment: string | null;
  /** Absent: whoever runs this process. */
  by?: { username: string; uid: number };
  /** Of the plan that was seen; absent: the one that waits now. */
  digest?: string;
  /** Right before it is carried out; what it throws keeps it from being done. */
  claim?(run: string): Promise<void>;
}

export function approvalsOf(world: World): Approvals {
  return createApprovals(world);
}

/**
 * Somebody's yes: the change is planned anew, and carried out when the plan is the one that was seen. When it is another
 * by now the yes is void, and the new plan waits. OpsError `input` when the answer does not count.
 */
export async function approveChange(
  world: World,
  answering: Answering,
  listener: RunListener,
  signal: AbortSignal,
): Promise<RunEnd> {
  const approval = await respond(world, 'approve', answering);
  return carryOutApproved(world, approval, answering, listener, signal);
}

/** What was said yes to. The approval ends with it, one way or the other. */
export async function carryOutApproved(
  world: World,
  approval: Approval,
  { claim }: Pick<Answering, 'claim'>,
  listener: RunListener,
  signal: AbortSignal,
): Promise<RunEnd> {
  const approvals = approvalsOf(world);
  const parked = await approvals.parkedOf(approval.id);
  if (parked === null) {
    throw new OpsError(
      'lost-change',
      'input',
      `the change behind ${approval.id} is not to be read any more`,
      {
        hint: 'have it proposed again',
      },
    );
  }
  const there = { ...world, cwd: approval.cwd };
  let end: { reason: Reason; message: string | null; result: string | null } | null = null;
  let voided: string | null = null;
  const following: RunListener = {
    ...listener,
    onEvent(event, time, seq) {
      if (event.type === 'run.closed') end = event;
      listener.onEvent(event, time, seq);
    },
  };
  const onVoid = (why: string): void => {
    voided = why;
  };
  const asker = await readAsker(there, approval);
  const done =
    asker === null || asker === 'busy'
      ? await carryOutAlone(there, { approval, parked, claim, onVoid }, following, signal)
      : await performRun(
          there,
          requestToGoOn({
            approval,
            faults: asker.faults,
            shown: asker.shown,
            work: { kind: 'here', parked, claim, onVoid },
          }),
          following,
          signal,
        );
  const { reason, message, result } = end ?? { reason: 'bug' as const, message: null, result: null };
  await approvals.settle(approval.id, {
    state: voided === null ? 'done' : 'void',
    result: {
      run: done.run,
      outcome: ending(reason).outcome,
      message: voided ?? message ?? firstLine(result),
    },
  });
  return done;
}

/** As a run of its own, where nobody's run can go on. */
function carryOutAlone(
  world: World,
  {
    approval,
    parked,
    claim,
    onVoid,
  }: Pick<ApprovedWork, 'approval'> & Pick<WorkHere, 'parked' | 'claim' | 'onVoid'>,
  listener: RunListener,
  signal: AbortSignal,
): Promise<RunEnd> {
  return performChange(
    world,
    {
      run: crypto.randomUUID(),
      parent: approval.run,
      ...parked,
      // What waited for another user is told to that user's run, which proposes it.
      ...(approval.by === undefined
        ? { onLearned: (learned, parts) => proposeLearned({ world, signal, ...parts }, learned) }
        : {}),
      async approve(planned, run) {
        if (planned.digest === approval.digest) {
          await claim?.(run);
          return { kind: 'yes' };
        }
        onVoid('what it rested on has moved');
        if (approval.by === undefined) return park(world, { run, planned, ...parked });
        // Under the name of whoever asked: they are who goes on with it.
        const { run: asker, change: id, by } = approval;
        return park(world, { run: asker, planned: { ...planned, id }, ...parked, by });
      },
    },
    listener,
    signal,
  );
}

function firstLine(text: string | null): string {
  return text?.split('\n')[0] ?? '';
}

export function denyChange(world: World, answering: Answering): Promise<Approval> {
  return respond(world, 'deny', answering);
}

/** Notes the answer and does nothing else. OpsError `input` when it does not count. */
export async function respond(
  world: World,
  kind: 'approve' | 'deny',
  { id: wanted, comment, by = userInfo(), digest }: Answering,
): Promise<Approval> {
  const approvals = approvalsOf(world);
  const found = await approvals.find(wanted);
  if (kind === 'approve') await checkNotPaused(world, found);
  const answered = await approvals.answer(found.id, {
    kind,
    by: by.username,
    uid: by.uid,
    at: world.clock.now(),
    comment: comment === null ? null : world.masker.mask(comment),
    digest: digest ?? found.digest,
  });
  if ('refused' in answered) throw refusalOf(answered.refused, answered.approval);
  return answered.approval;
}

/** A yes would be used up, and nothing done. */
async function checkNotPaused(world: World, { id, state }: Approval): Promise<void> {
  const { paused } = await createSwitches(world).read('');
  if (paused === null || state !== 'pending') return;
  throw new OpsError(
    'approval-paused',
    'input',
    `steward is paused by ${paused.by}, so ${id} is not approved`,
    {
      hint: '`steward resume` ends the pause; the approval waits',
    },
  );
}

function refusalOf(refused: Refusal, { id, answer, expiresAt, result }: Approval): OpsError {
  const say = (message: string, hint: string) =>
    new OpsError(`approval-${refused}`, 'input', message, { hint });
  switch (refused) {
    case 'expired':
      return say(
        `${id} has expired at ${new Date(expiresAt).toISOString()}`,
        'nothing was done; it is proposed again as long as it is wanted',
      );
    case 'answered': {
      const who =
        answer === null ? '' : ` by ${answer.by} at ${new Date(answer.at).toISOString()}: ${answer.kind}`;
      return say(`${id} was answered already${who}`, `steward approvals show ${id} tells what came of it`);
    }
    case 'running':
      return say(
        `${id} is approved and being carried out`,
        'steward recover takes it up when it was cut off',
      );
    case 'other-digest':
      return say(
        `${id} is about another plan by now than the one that was shown`,
        `steward approvals show ${id}`,
      );
    case 'void':
      return say(
        `${id} is void: ${result?.message ?? 'what it rested on has moved'}`,
        'steward approvals list shows what waits now',
      );
  }
}
