import { checkRunName, writeRunName } from '../../runs/index.ts';
import type { OwnLog } from './own-log.ts';
import type { Session } from './session.ts';

/** The log says it first; the index that lists and `-r NAME` read follows. OpsError `usage` for what is no name. */
export async function renameRun(session: Session, log: OwnLog, given: string): Promise<void> {
  const world = await session.world();
  const name = checkRunName(world.masker.mask(given));
  await log.record({ type: 'run.named', name });
  const { run } = session.state;
  if (run !== null) await writeRunName(world.store, run, name);
  session.state.runName = name;
  session.changed();
}
