import { createApprovals } from '../../approvals/index.ts';
import { pruneRuns } from '../../runs/index.ts';
import type { World } from '../world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Runs that come by themselves, night after night: whoever starts them does not clean up. */
export async function tidy({
  store,
  settings,
  clock,
}: Pick<World, 'store' | 'settings' | 'clock'>): Promise<void> {
  const { days, keep } = settings.retention;
  const prune = async (): Promise<void> => {
    await pruneRuns(store, { keepDays: days, keepAtLeast: keep, now: clock.now() });
    await createApprovals({ store, clock }).prune(clock.now() - days * DAY_MS);
  };
  await prune().catch(() => {
    // A folder that cannot be read or written was already the run's own trouble, and is in its ending.
  });
}
