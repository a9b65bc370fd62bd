import type { Plan } from '../../changes/index.ts';
import type { StateLock } from '../../protocol/store.ts';
import type { World } from '../world.ts';

interface Holder {
  /** `run 1a2b3c4d`, or whatever else holds it. */
  holder: string;
  user: string;
  /** Milliseconds since the epoch. */
  since: number;
}

/** One change at a time on each target: its name, and every file that is written. */
export function lockTargets(
  world: World,
  { work }: Plan,
  run: string,
): Promise<{ release(): Promise<void> } | { busy: string }> {
  const names = work.flatMap(({ name, files }) => [name, ...files.map(({ path }) => path)]);
  return lockNames(world, names, `run ${run.slice(0, 8)}`);
}

/** The kernel drops the locks when we die; who held them last stands beside them, for people. */
export async function lockNames(
  world: World,
  wanted: readonly string[],
  holder: string,
): Promise<{ release(): Promise<void> } | { busy: string }> {
  // In one order everywhere, so that two changes never wait for each other's second lock.
  const names = [...new Set(wanted)].sort();
  const held: { name: string; lock: StateLock }[] = [];
  const release = async (): Promise<void> => {
    for (const { name, lock } of held.reverse()) {
      await world.store.remove(holderName(name)).catch(() => {
        // Who holds it is only told; the lock itself is the kernel's.
      });
      lock.release();
    }
  };
  for (const name of names) {
    const lock = await world.store.lock(lockName(name));
    if (lock === undefined) {
      const other = await holderOf(world, name);
      await release();
      const who =
        other === null
          ? 'somebody else'
          : `${other.holder} of ${other.user}, since ${new Date(other.since).toISOString()}`;
      return { busy: `${name} is held by ${who}: one change at a time on a target` };
    }
    held.push({ name, lock });
    const told: Holder = { holder, user: world.host.user, since: world.clock.now() };
    await world.store.write(holderName(name), JSON.stringify(told));
  }
  return { release };
}

async function holderOf(world: World, name: string): Promise<Holder | null> {
  try {
    return JSON.parse((await world.store.readText(holderName(name))) ?? 'null') as Holder | null;
  } catch {
    return null;
  }
}

function lockName(name: string): string {
  return `locks/${encodeURIComponent(name)}`;
}

function holderName(name: string): string {
  return `${lockName(name)}.json`;
}
