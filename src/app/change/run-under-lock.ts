import { runInherited } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { World } from '../world.ts';
import { lockNames } from './target-locks.ts';

/** A person's or another program's own work on a target that steward keeps away from meanwhile. */
export async function runUnderLock(world: World, target: string, argv: readonly string[]): Promise<number> {
  const locks = await lockNames(world, [target], `${argv[0]}, process ${process.pid}`);
  if ('busy' in locks)
    throw new OpsError('locked', 'try-later', locks.busy, { hint: 'try again when it is done' });
  try {
    return await runInherited(argv);
  } finally {
    await locks.release();
  }
}
