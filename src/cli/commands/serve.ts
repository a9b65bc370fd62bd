import { serve } from '../../app/serve/serve.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { abortOnSignals } from '../signals.ts';

const LISTEN = '127.0.0.1:9097';

/** `steward serve`: until a signal ends it, in order; then 0. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  if (args.positionals.length > 0) {
    throw new OpsError('usage', 'usage', `serve takes no "${args.positionals.join(' ')}"`, {
      hint: `steward serve --listen ${LISTEN}`,
    });
  }
  const { signal } = abortOnSignals();
  const world = await worldOf(call);
  for (const notice of world.notices) await streams.err(`steward: ${notice}\n`);
  const settings = args.value('settings');
  await serve(
    world,
    {
      listen: args.value('listen') ?? LISTEN,
      hasRuns: !args.has('no-runs'),
      runOptions: settings === undefined ? [] : ['--settings', settings],
      log: (line) => void streams.err(`steward: ${line}\n`),
    },
    signal,
  );
  return 0;
}
