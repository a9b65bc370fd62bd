import type { Approval } from '../../protocol/approval.ts';
import type { ExecutorAnswer } from '../../protocol/executor.ts';
import { askExecutor, executorToAnswer } from '../executor/client.ts';
import { performRun } from '../run/run.ts';
import type { ApprovedWork, RunEnd, RunListener } from '../run/run-request.ts';
import type { World } from '../world.ts';
import { requestToGoOn } from './go-on-with-answer.ts';
import { readAsker } from './run-that-asked.ts';

/** A run of ours whose change waited at the executor, and was answered with yes. */
export interface Answered {
  approved: ApprovedWork;
  cwd: string;
}

/**
 * The next one that can go on, oldest first; `busy`: there is only one that still works, and will have to go on then;
 * null: none. `tried`: ids that are left out.
 */
export async function nextAnswered(
  world: World,
  tried: ReadonlySet<string>,
): Promise<Answered | 'busy' | null> {
  const socket = executorToAnswer(world);
  if (socket === null) return null;
  const mine = process.geteuid?.() ?? -1;
  const waiting = (await listAt(socket))
    .filter(({ id, by, answer }) => by?.uid === mine && answer?.kind === 'approve' && !tried.has(id))
    .sort((a, b) => a.updatedAt - b.updatedAt);
  let isBusy = false;
  for (const approval of waiting) {
    const asker = await readAsker({ ...world, cwd: approval.cwd }, approval);
    // What its log has the end of was taken up before.
    isBusy ||= asker === 'busy';
    if (asker === null || asker === 'busy' || !asker.isWaiting) continue;
    const { faults, shown } = asker;
    return {
      approved: { approval, work: { kind: 'executor', socket }, faults, shown },
      cwd: approval.cwd,
    };
  }
  return isBusy ? 'busy' : null;
}

/** In a fresh process: from its log, after a new look. Never rejects. */
export function continueAnswered(
  world: World,
  { approved, cwd }: Answered,
  listener: RunListener,
  signal: AbortSignal,
): Promise<RunEnd> {
  return performRun({ ...world, cwd }, requestToGoOn(approved), listener, signal);
}

async function listAt(socket: string): Promise<Approval[]> {
  const found: Approval[] = [];
  const onAnswer = (answer: ExecutorAnswer): void => {
    if (answer.say === 'approvals') found.push(...answer.approvals);
  };
  await askExecutor(socket, { do: 'list' }, { onAnswer });
  return found;
}
