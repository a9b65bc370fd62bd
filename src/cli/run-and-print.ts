import { modelWindow } from '../app/choose-target.ts';
import { performRun } from '../app/run.ts';
import type { RunRequest } from '../app/run-request.ts';
import type { World } from '../app/world.ts';
import { ENDINGS, type Reason } from '../protocol/outcome.ts';
import type { CommandCall } from './command-call.ts';
import { createPrinter } from './print/create-printer.ts';
import type { OutputFormat } from './print/printer.ts';
import type { Signals } from './signals.ts';

/** Performs a run, prints it, and answers with its exit status. */
export async function runAndPrint(
  call: CommandCall,
  world: World,
  request: RunRequest,
  format: OutputFormat,
  { signal }: Signals,
): Promise<number> {
  const { args, streams } = call;
  const startedMs = world.clock.elapsed();
  const printer = createPrinter({
    format,
    streams,
    isVerbose: args.has('verbose') || args.has('debug') || streams.isErrTerminal,
    hasPartialMessages: args.has('include-partial-messages'),
    newId: () => crypto.randomUUID(),
    now: world.clock.elapsed,
  });
  let reason: Reason = 'bug';
  const end = await performRun(
    world,
    request,
    {
      onEvent(event, time) {
        if (event.type === 'run.closed') reason = event.reason;
        printer.onEvent(event, time);
      },
      onDelta: printer.onDelta,
    },
    signal,
  );
  await printer.finish({
    sessionId: end.run,
    uuid: crypto.randomUUID(),
    durationMs: world.clock.elapsed() - startedMs,
    isStructured: request.outputSchema !== null,
    windowOf: (model) => modelWindow(world, request, model),
    logHead: end.logHead,
  });
  // Under systemd stderr is the journal: there the head is out of this run's reach.
  if (end.logHead !== null && call.env.JOURNAL_STREAM !== undefined) {
    await streams.err(`steward: run ${end.run} closed, log head ${end.logHead}\n`);
  }
  return ENDINGS[reason].exitCode;
}
