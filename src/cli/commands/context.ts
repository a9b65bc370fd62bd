import { look } from '../../app/look.ts';
import { jsonLine } from '../../lib/json-line.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { abortOnSignals } from '../signals.ts';

/** `steward context`. Exit 0 when it could look, whatever it saw: the verdict is a run's. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const world = await worldOf(call);
  const signals = abortOnSignals();
  const { gathered, text } = await signals
    .orEnd(look(world, args.positionals, signals.signal))
    .finally(signals.stop);
  const { items, findings, brokenRules, durationMs } = gathered;
  const json = { host: world.host, duration_ms: durationMs, items, findings, broken_rules: brokenRules };
  if (args.has('json')) await streams.out(jsonLine(world.masker.maskValue(json)));
  else await streams.say(`${text}\n`);
  return 0;
}
