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
  const resume = readResume(call);
  signals.signal.addEventListener('abort', streams.stdin.close);
  const input = await signals.orEnd(readPrompt(args.positionals, streams, resume !== null));
  if (input === null && resume === null) {
    throw new OpsError('no-prompt', 'input', 'there is no prompt', {
      hint: 'steward -p "What is wrong with nginx?", or pipe one in; steward --help tells more',
    });
  }
  const world = await worldOf(call);
  const request = await readRequest(call, world);
  const goal = args.value('goal') ?? null;
  if (goal === null && resume === null && args.has('set')) {
    throw new OpsError('usage', 'usage', '--set is for the parameters of a goal, and there is none', {
      hint: 'name it with --goal',
    });
  }
  return runAndPrint(
    call,
    world,
    {
      ...request,
      ...(input ?? {}),
      goal,
      areSetsTyped: streams.stdin.kind === 'terminal',
      resume,
      trigger: { kind: resume === null ? 'manual' : 'resume', payload: null, parent: null },
    },
    format,
    signals,
  );
}

/** What contradicts itself is refused: whoever typed it means something that will not happen. */
function readResume({ args }: CommandCall): string | null {
  const run = args.value('resume') ?? null;
  const isLast = args.has('continue');
  if (run === null && !isLast) return null;
  const name = isLast ? '--continue' : '--resume';
  const refuse = (other: string, hint: string) =>
    new OpsError('usage', 'usage', `${name} and ${other} exclude each other`, { hint });
  if (run !== null && isLast)
    throw refuse('--resume', '-c goes on with the last run of this folder, -r with the run named');
  if (args.has('session-id')) throw refuse('--session-id', 'a run that goes on keeps its id');
  if (args.has('no-session-persistence')) {
    throw refuse('--no-session-persistence', 'a run goes on from its log, which is on disk');
  }
  return run ?? 'last';
}
