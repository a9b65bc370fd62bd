import { recoverChanges } from '../../app/change/recover.ts';
import { proposeLearned } from '../../app/knowledge/propose-learned.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { ENDINGS } from '../../protocol/outcome.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { recoveredLine } from '../print/recovered-line.ts';
import { abortOnSignals } from '../signals.ts';

/** `steward recover`: at boot, after a run was killed, and from a timer. Exit 60 where a person has to look. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const { signal } = abortOnSignals();
  const world = await worldOf(call);
  const recovered = await recoverChanges(world, signal, (learned, parts) =>
    proposeLearned({ world, signal, ...parts }, learned),
  );
  if (args.has('json')) await streams.out(jsonLine({ recovered }));
  else
    await streams.say(
      recovered.length === 0 ? 'Nothing was cut off.\n' : recovered.map(recoveredLine).join(''),
    );
  const isStuck = recovered.some(({ end }) => end === 'escalated' || end === 'lost');
  return isStuck ? ENDINGS.escalated.exitCode : 0;
}
