import { failureLines } from './failure.ts';
import { foldingPrinter, type Printer, type PrinterOptions } from './printer.ts';
import { progressLine } from './progress.ts';

/** The answer on stdout, all else on stderr. */
export function createTextPrinter({ streams, isVerbose }: PrinterOptions): Printer {
  return foldingPrinter({
    onEvent(event) {
      const line = progressLine(event, isVerbose);
      if (line !== null) void streams.err(`${line}\n`);
    },
    async finish({ closed }, frame) {
      if (closed?.result != null) await streams.say(`${closed.result.trimEnd()}\n`);
      await streams.err(failureLines(closed, frame.sessionId));
    },
  });
}
