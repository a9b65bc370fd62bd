import type { ChangeEnd } from '../../protocol/change.ts';
import type { ExecutorAnswer } from '../../protocol/executor.ts';
import { askExecutor } from '../executor/client.ts';
import type { Gathered } from '../looking/gather.ts';
import type { RunScope } from '../run/open-run.ts';
import type { ApprovedWork } from '../run/run-request.ts';
import { describeCarried } from './carry-in-run.ts';
import { type AskedRun, carried, type EndedElsewhere, recordAnswer } from './through-executor.ts';
import { whyGone } from './why-gone.ts';

/** What came of a yes, in the run that had asked. */
export interface CarriedApproved {
  /** For the model that goes on with the run. */
  words: string;
  /** Why no model is asked about it any more; null: one is. */
  note: string | null;
}

/**
 * What waited at the executor: a fault that is gone withdraws it, and nothing is done. Otherwise the executor carries it
 * out, and plans it anew before; where it has done so by itself meanwhile, it is asked how that went.
 */
export async function carryThere(
  { world, recorder, run, signal }: RunScope,
  { approval, faults }: ApprovedWork,
  socket: string,
  now: Gathered,
): Promise<CarriedApproved> {
  const { id, change, digest } = approval;
  const asked: AskedRun = { world, recorder, run, id: change, socket, signal };
  if (approval.state !== 'approved') return howItEnded(asked, approval);
  const why = whyGone(faults, now);
  if (why !== null) {
    const last = await askExecutor(socket, { do: 'withdraw', approval: id, why }, { signal });
    // Refused: somebody has begun it, or it is over.
    if (last.say === 'done') return closed(asked, `${why}; nothing was done`);
  }
  recorder.record({ type: 'executor.asked', change, request: 'take', digest, socket });
  await recorder.sync();
  return wordsOf(asked, id, await carried(asked, { do: 'take', approval: id }));
}

function wordsOf({ id: change }: AskedRun, approval: string, ended: EndedElsewhere): CarriedApproved {
  switch (ended.kind) {
    case 'ended':
      return {
        words: describeCarried(change, {
          end: ended.end,
          failed: null,
          learned: [],
          message: ended.message,
          target: 0,
        }),
        note: null,
      };
    case 'parked': {
      const why = `${ended.why}, so the yes to ${approval} does not count: the plan as it is now waits as ${ended.approval.id}`;
      return { words: why, note: `No model was asked: ${why}.` };
    }
    case 'refused':
      return { words: `${change} was not begun; nothing was done: ${ended.message}.`, note: null };
  }
}

/** It is over: carried out without us, or void. */
async function howItEnded(
  asked: AskedRun,
  { id, state, result }: ApprovedWork['approval'],
): Promise<CarriedApproved> {
  const { recorder, run, id: change, socket, signal } = asked;
  const last = await askExecutor(socket, { do: 'ended', from: { run, change } }, { signal });
  if (last.say === 'done') {
    recordAnswer(asked, last);
    const end: ChangeEnd = last.end ?? 'refused';
    const message = last.message ?? 'nothing was done';
    recorder.record({ type: 'change.ended', change, end, failed: null, message });
    return wordsOf(asked, id, { kind: 'ended', end, message });
  }
  const next = await nextOf(asked);
  if (next !== null) {
    recorder.record({ type: 'change.parked', change, approval: next.id, expiresAt: next.expiresAt });
    return wordsOf(asked, id, { kind: 'parked', approval: next, why: 'what it rested on has moved' });
  }
  return closed(asked, result?.message ?? `${id} is ${state}; nothing was done`);
}

/** The plan as it was made anew, waiting for this same run. */
async function nextOf({
  run,
  id,
  socket,
  signal,
}: AskedRun): Promise<{ id: string; expiresAt: number } | null> {
  const found: Extract<ExecutorAnswer, { say: 'approvals' }>['approvals'] = [];
  const onAnswer = (answer: ExecutorAnswer): void => {
    if (answer.say === 'approvals') found.push(...answer.approvals);
  };
  await askExecutor(socket, { do: 'list' }, { onAnswer, signal });
  return found.find((one) => one.state === 'pending' && one.run === run && one.change === id) ?? null;
}

function closed({ recorder, id: change }: AskedRun, message: string): CarriedApproved {
  recorder.record({ type: 'change.ended', change, end: 'refused', failed: null, message });
  return { words: message, note: `No model was asked: ${message}.` };
}
