import { createApprovals } from '../../approvals/index.ts';
import { pruneRuns } from '../../runs/index.ts';
import type { World } from '../world.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** When this was last done, milliseconds since the epoch. */
const STAMP = 'tidied';

type Kept = Pick<World, 'store' | 'settings' | 'clock'>;

/** The same, where it was not done within the hour: to look at all that is kept costs more than most checks learn. */
export async function tidyHourly(world: Kept): Promise<void> {
  const { store, clock } = world;
  const now = clock.now();
  const isDue = async (): Promise<boolean> => {
    const last = Number((await store.readText(STAMP)) ?? Number.NaN);
    // Also when the clock was wrong, or somebody wrote something else there.
    return !(Math.abs(now - last) < HOUR_MS);
  };
  if (!(await isDue().catch(() => true))) return;
  await tidy(world);
  await store.write(STAMP, `${now}\n`).catch(() => {
    // As below: then the next run looks again.
  });
}

/** Runs that come by themselves, night after night: whoever starts them does not clean up. */
export async function tidy({ store, settings, clock }: Kept): Promise<void> {
  const { days, keep } = settings.retention;
  const prune = async (): Promise<void> => {
    await pruneRuns(store, { keepDays: days, keepAtLeast: keep, now: clock.now() });
    await createApprovals({ store, clock }).prune(clock.now() - days * DAY_MS);
  };
  await prune().catch(() => {
    // A folder that cannot be read or written was already the run's own trouble, and is in its ending.
  });
}
