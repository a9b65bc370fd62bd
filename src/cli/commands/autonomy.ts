import { listTrust, raise } from '../../app/change/trust.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';

/** `steward autonomy list | raise GOAL`. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const [verb = 'list', goal, ...rest] = args.positionals;
  const world = await worldOf(call);
  if (verb === 'list' && goal === undefined) {
    const { lowered, held } = await listTrust(world);
    if (args.has('json')) {
      await streams.out(jsonLine({ lowered, held }));
      return 0;
    }
    const lines = Object.entries(lowered).map(
      ([name, { autonomy, at, run, why }]) =>
        `${name}  ${autonomy} since ${new Date(at).toISOString()} (run ${run.slice(0, 8)}): ${why}\n`,
    );
    const record = Object.entries(held).map(([name, count]) => `${name}  ${count} changes in a row held\n`);
    await streams.say([...lines, ...record].join('') || 'No goal has changed anything by itself yet.\n');
    return 0;
  }
  if (verb !== 'raise' || goal === undefined || rest.length > 0) {
    throw new OpsError('usage', 'usage', 'steward autonomy list, or steward autonomy raise GOAL');
  }
  const wasLowered = await raise(world, goal);
  await streams.say(
    wasLowered
      ? `${goal} may do again what its file and settings say.\n`
      : `Nothing stood against ${goal}.\n`,
  );
  return 0;
}
