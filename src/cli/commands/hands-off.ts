import { keepHandsOff, listHandsOff } from '../../app/switches.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { durationFlag, worldOf } from '../open-world.ts';

/** `steward hands-off TARGET --for 2h`, `… --clear`, `steward hands-off list`. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const world = await worldOf(call);
  const [target, ...rest] = args.positionals;
  const forMs = durationFlag(call, 'for');
  if (target === 'list' || target === undefined) {
    const kept = await listHandsOff(world);
    const lines = kept.map(
      ({ target: name, until, by }) => `${name}  until ${new Date(until).toISOString()}  by ${by}\n`,
    );
    if (args.has('json')) await streams.out(jsonLine({ handsOff: kept }));
    else await streams.say(lines.length === 0 ? 'Nothing is kept.\n' : lines.join(''));
    return 0;
  }
  if (rest.length > 0 || args.has('clear') === (forMs !== null)) {
    throw new OpsError('usage', 'usage', 'for how long? or is it over?', {
      hint: 'steward hands-off nginx.service --for 2h, or steward hands-off nginx.service --clear',
    });
  }
  const until = await keepHandsOff(world, target, forMs);
  const end = until === null ? 'is over' : `until ${new Date(until).toISOString()}`;
  await streams.say(`Hands off ${target} ${end}.\n`);
  return 0;
}
