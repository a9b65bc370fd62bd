import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { readPrompt } from '../read-prompt.ts';
import { readFormat, readRequest } from '../read-request.ts';
import { runAndPrint } from '../run-and-print.ts';
import { abortOnSignals } from '../signals.ts';

/** `steward -p "prompt"`, with -c and -r. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const signals = abortOnSignals();
  const format = readFormat(call);
  const resume = args.value('resume') ?? (args.has('continue') ? 'last' : null);
  signals.signal.addEventListener('abort', streams.stdin.close);
  const input = await signals.orEnd(readPrompt(args.positionals, streams));
  if (input === null && resume === null) {
    throw new OpsError('no-prompt', 'input', 'there is no prompt', {
      hint: 'steward -p "What is wrong with nginx?", or pipe one in; steward --help tells more',
    });
  }
  const world = await worldOf(call);
  const request = await readRequest(call, world);
  return runAndPrint(
    call,
    world,
    {
      ...request,
      ...(input ?? {}),
      goal: args.value('goal') ?? null,
      resume,
      trigger: { kind: resume === null ? 'manual' : 'resume', payload: null, parent: null },
    },
    format,
    signals,
  );
}
