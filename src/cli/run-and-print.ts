import { randomUUID } from 'node:crypto';
import { modelWindow } from '../app/run/choose-target.ts';
import { performRun } from '../app/run/run.ts';
import type { RunEnd, RunListener, RunRequest } from '../app/run/run-request.ts';
import type { World } from '../app/world.ts';
import type { RunEvent } from '../protocol/event.ts';
import { ENDINGS, type Reason } from '../protocol/outcome.ts';
import type { CommandCall } from './command-call.ts';
import { createPrinter } from './print/create-printer.ts';
import type { OutputFormat } from './print/printer.ts';
import type { ResultFrame } from './print/result.ts';
import type { Signals } from './signals.ts';

/** Performs a run, prints it, and answers with its exit status. `follow` is told what the printer is told. */
export function runAndPrint(
  call: CommandCall,
  world: World,
  request: RunRequest,
  format: OutputFormat,
  { signal }: Signals,
  follow: (event: RunEvent) => void = () => {},
): Promise<number> {
  const view = {
    format,
    isStructured: request.outputSchema !== null,
    windowOf: (model: string) => modelWindow(world, request, model),
  };
  return printRun(call, world, view, (listener) => {
    const onEvent: RunListener['onEvent'] = (event, time, seq) => {
      follow(event);
      listener.onEvent(event, time, seq);
    };
    return performRun(world, request, { ...listener, onEvent }, signal);
  });
}

/** Prints whatever is a run: what it tells its listener, and how it ended. */
export async function printRun(
  call: CommandCall,
  world: World,
  view: Pick<ResultFrame, 'isStructured' | 'windowOf'> & { format: OutputFormat },
  perform: (listener: RunListener) => Promise<RunEnd>,
): Promise<number> {
  const { args, streams } = call;
  const startedMs = world.clock.elapsed();
  const printer = createPrinter({
    format: view.format,
    streams,
    isVerbose: args.has('verbose') || args.has('debug') || streams.isErrTerminal,
    hasPartialMessages: args.has('include-partial-messages'),
    newId: () => randomUUID(),
    now: world.clock.elapsed,
  });
  let reason: Reason = 'bug';
  const end = await perform({
    onEvent(event, time) {
      if (event.type === 'run.closed') reason = event.reason;
      printer.onEvent(event, time);
    },
    onDelta: printer.onDelta,
  });
  await printer.finish({
    sessionId: end.run,
    uuid: randomUUID(),
    durationMs: world.clock.elapsed() - startedMs,
    isStructured: view.isStructured,
    windowOf: view.windowOf,
    logHead: end.logHead,
  });
  // Under systemd stderr is the journal: there the head is out of this run's reach.
  if (end.logHead !== null && call.env.JOURNAL_STREAM !== undefined) {
    await streams.err(`steward: run ${end.run} closed, log head ${end.logHead}\n`);
  }
  return ENDINGS[reason].exitCode;
}
