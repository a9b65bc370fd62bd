import { ending } from '../../protocol/outcome.ts';
import { readRun } from '../../runs/index.ts';
import { approvalsOf } from '../change/approve-change.ts';
import { type Recovered, recoverChanges } from '../change/recover.ts';
import type { World } from '../world.ts';
import { approvalOfRun } from './claims.ts';

/** What an executor left that was killed: its changes in their old or new state, and the approvals they rested on ended. */
export async function recoverExecutor(world: World, signal: AbortSignal): Promise<Recovered[]> {
  const recovered = await recoverChanges(world, signal);
  for (const { run } of recovered) await settleApproval(world, run);
  return recovered;
}

async function settleApproval(world: World, run: string): Promise<void> {
  const approval = await approvalOfRun(world.store, run);
  if (approval === null) return;
  const { lines } = await readRun(world.store, run);
  const closed = lines.findLast(({ event }) => event.type === 'run.closed')?.event;
  if (closed?.type !== 'run.closed') return;
  const message = closed.message ?? closed.result ?? '';
  await approvalsOf(world).settle(approval, {
    state: 'done',
    result: { run, outcome: ending(closed.reason).outcome, message: `recovered: ${message}` },
  });
}
