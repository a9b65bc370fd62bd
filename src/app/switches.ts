import { createSwitches, findRun } from '../runs/index.ts';
import type { World } from './world.ts';

/** Until when, in milliseconds since the epoch; null for "until somebody resumes". */
export async function pauseAll(world: World, forMs: number | null): Promise<number | null> {
  const until = forMs === null ? null : world.clock.now() + forMs;
  await createSwitches(world).pause({ untilMs: until, by: world.host.user });
  return until;
}

export async function resumeAll(world: World): Promise<void> {
  await createSwitches(world).resume();
}

/** `wanted` is an id or its unique beginning; null stops every run. Gives the whole id. */
export async function stopRun(world: World, wanted: string | null): Promise<string | null> {
  const run = wanted === null ? null : await findRun(world.store, wanted);
  await createSwitches(world).stop(run ?? 'all');
  return run;
}
