import { jsonLine } from '../../lib/json-line.ts';
import { failureLines } from './failure.ts';
import { foldingPrinter, type Printer, type PrinterOptions } from './printer.ts';
import { progressLine } from './progress.ts';
import { resultObject } from './result.ts';

/** One object on stdout, at the end, whatever happened. */
export function createJsonPrinter({ streams, isVerbose }: PrinterOptions): Printer {
  return foldingPrinter({
    onEvent(event) {
      const line = progressLine(event, isVerbose);
      if (line !== null) void streams.err(`${line}\n`);
    },
    async finish(fold, frame) {
      await streams.out(jsonLine(resultObject(fold, frame)));
      await streams.err(failureLines(fold.closed, frame.sessionId));
    },
  });
}
