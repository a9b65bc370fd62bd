import { describeContext, diagnoseContext } from '../../app/looking/context-doctor.ts';
import { look } from '../../app/looking/look.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { abortOnSignals } from '../signals.ts';

/** `steward context`. Exit 0 when it could look, whatever it saw: the verdict is a run's. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  if (args.positionals[0] === 'doctor') return diagnose(call);
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

/** `steward context doctor`. Exit 1 when a probe that is configured failed or was not reached. */
async function diagnose(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  if (args.positionals.length > 1) {
    throw new OpsError('usage', 'usage', 'context doctor takes no names: it asks every probe');
  }
  const world = await worldOf(call);
  const signals = abortOnSignals();
  const probes = await signals.orEnd(diagnoseContext(world, signals.signal)).finally(signals.stop);
  if (args.has('json')) await streams.out(jsonLine(world.masker.maskValue({ probes })));
  else await streams.say(describeContext(probes, world.clock.now()));
  return probes.some(({ condition }) => condition === 'failed' || condition === 'unreachable') ? 1 : 0;
}
