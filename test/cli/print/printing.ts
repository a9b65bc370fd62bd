import { createPrinter } from '../../../src/cli/print/create-printer.ts';
import type { OutputFormat } from '../../../src/cli/print/printer.ts';
import type { ResultFrame } from '../../../src/cli/print/result.ts';
import type { Streams } from '../../../src/cli/streams.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';

export const RUN = '11111111-2222-4333-8444-555555555555';
const TIME = '2026-11-21T12:00:00.000Z';

/** What a printer writes for these events. */
export async function print(
  format: OutputFormat,
  events: readonly RunEvent[],
  frame: Partial<ResultFrame> = {},
): Promise<{ out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const streams: Streams = {
    stdin: { kind: 'none', async *chunks() {}, close() {} },
    out: async (data) => void out.push(data.toString()),
    say: async (text) => void out.push(text),
    err: async (text) => void err.push(text),
    lost: () => null,
    isErrTerminal: false,
    isOutTerminal: false,
    mask: (text) => text,
    maskWith() {},
  };
  let ids = 0;
  const printer = await createPrinter({
    format,
    streams,
    isVerbose: false,
    hasPartialMessages: false,
    newId: () => `id-${++ids}`,
    now: () => 0,
  });
  for (const event of events) printer.onEvent(event, TIME);
  await printer.finish({
    sessionId: RUN,
    uuid: 'last',
    durationMs: 1,
    isStructured: false,
    windowOf: () => null,
    logHead: null,
    ...frame,
  });
  return { out: out.join(''), err: err.join('') };
}
