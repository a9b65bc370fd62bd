import { OpsError } from '../../lib/ops-error.ts';
import type { Approval } from '../../protocol/approval.ts';
import type { RunEvent } from '../../protocol/event.ts';
import { ending } from '../../protocol/outcome.ts';
import { OPEN_CHANGES, openRunLog } from '../../runs/index.ts';
import { approvalsOf } from '../change/approve-change.ts';
import { type Recovered, recoverChanges } from '../change/recover.ts';
import type { World } from '../world.ts';
import { approvalClaim, claimOf } from './claims.ts';

/** What an executor left that was killed: its changes in their old or new state, and the approvals they rested on ended. */
export async function recoverExecutor(world: World, signal: AbortSignal): Promise<Recovered[]> {
  const recovered = await recoverChanges(world, signal);
  const open = (await world.store.list(OPEN_CHANGES)).map(({ name }) => name);
  for (const approval of await approvalsOf(world).list()) {
    if (approval.state !== 'approved') continue;
    const claim = await claimOf(world.store, approvalClaim(approval.id));
    // Not used yet, or still to be recovered: then it goes on to say so.
    if (claim === null || open.some((name) => name.startsWith(`${claim.run}.`))) continue;
    await settle(world, approval, claim.run);
  }
  return recovered;
}

/** Used up by a run that is over, or that was cut off before its first step. */
async function settle(world: World, { id }: Approval, run: string): Promise<void> {
  const events = await eventsOfDead(world, run);
  if (events === null) return;
  const closed = events.findLast((event) => event.type === 'run.closed');
  const reason = closed?.reason ?? 'interrupted';
  const message =
    closed?.message ?? closed?.result ?? 'it was cut off before its first step: nothing was done';
  await approvalsOf(world).settle(id, {
    state: closed === undefined ? 'void' : 'done',
    result: { run, outcome: ending(reason).outcome, message },
  });
}

/** null: somebody works on it right now. */
async function eventsOfDead(world: World, run: string): Promise<RunEvent[] | null> {
  try {
    const opened = await openRunLog({ store: world.store, run, clock: world.clock, mask: (text) => text });
    opened.log.close();
    return opened.lines.map(({ event }) => event);
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    return error.reason === 'busy' ? null : [];
  }
}
