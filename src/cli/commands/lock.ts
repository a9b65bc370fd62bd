import { runUnderLock } from '../../app/change/run-under-lock.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';

/** `steward lock run TARGET -- COMMAND…`: the command's own exit status; 75 when somebody else has the target. */
export async function run(call: CommandCall): Promise<number> {
  const [verb, target, ...argv] = call.args.positionals;
  if (verb !== 'run' || target === undefined || argv.length === 0) {
    throw new OpsError('usage', 'usage', 'steward lock run TARGET -- COMMAND…', {
      hint: 'steward lock run nginx.service -- systemctl restart nginx',
    });
  }
  return runUnderLock(await worldOf(call), target, argv);
}
