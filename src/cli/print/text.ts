import { ending, isError } from '../../protocol/outcome.ts';
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
      if (closed?.result != null) await streams.out(`${closed.result.trimEnd()}\n`);
      if (closed === null || !isError(closed.reason)) return;
      const row = ending(closed.reason);
      const again =
        closed.resumeAt === null ? '' : `; try again at ${new Date(closed.resumeAt).toISOString()}`;
      const message = closed.message ?? row.meaning;
      await streams.err(
        `steward: ${row.outcome} (${closed.reason}, exit ${row.exitCode}): ${message}${again}\n`,
      );
      if (frame.sessionId !== '') await streams.err(`steward: run ${frame.sessionId}\n`);
    },
  });
}
