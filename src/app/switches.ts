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

/** Until when, in milliseconds since the epoch. This host by its name stands for everything on it. */
export async function keepHandsOff(
  world: World,
  target: string,
  forMs: number | null,
): Promise<number | null> {
  const until = forMs === null ? null : world.clock.now() + forMs;
  const name = target === world.host.hostname ? '*' : target;
  await createSwitches(world).handsOff(name, until === null ? null : { untilMs: until, by: world.host.user });
  return until;
}

export async function listHandsOff(world: World): Promise<{ target: string; until: number; by: string }[]> {
  const { handsOff } = await createSwitches(world).read('');
  return handsOff.map((kept) => (kept.target === '*' ? { ...kept, target: world.host.hostname } : kept));
}

/** `wanted` is an id or its unique beginning; null stops every run. Gives the whole id. */
export async function stopRun(world: World, wanted: string | null): Promise<string | null> {
  const run = wanted === null ? null : await findRun(world.store, wanted);
  await createSwitches(world).stop(run ?? 'all');
  return run;
}
