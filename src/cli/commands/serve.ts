import { serve } from '../../app/serve/serve.ts';
import { serveOnce } from '../../app/serve/serve-once.ts';
import { openTelling } from '../../app/telling/telling.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { abortOnSignals } from '../signals.ts';

const LISTEN = '127.0.0.1:9097';

/** `steward serve`: until a signal ends it, in order, or with --once until nothing is left to do; then 0. */
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
  const log = (line: string): void => void streams.err(`steward: ${line}\n`);
  const telling = await openTelling(world, log);
  const settings = args.value('settings');
  const options = {
    hasRuns: !args.has('no-runs'),
    runOptions: settings === undefined ? [] : ['--settings', settings],
    log,
    ...(telling === null ? {} : { telling }),
  };
  if (!args.has('once')) await serve(world, { ...options, listen: args.value('listen') ?? LISTEN }, signal);
  else if (!(await serveOnce(world, options, signal))) log('a steward serve runs, and takes what waits');
  return 0;
}
