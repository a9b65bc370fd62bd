import { answerValue } from '../../lib/answer-json.ts';
import { failureLines } from './failure.ts';
import { foldingPrinter, type Printer, type PrinterOptions } from './printer.ts';
import { progressLine } from './progress.ts';
import type { ResultFrame } from './result.ts';

/** The answer on stdout, all else on stderr. */
export function createTextPrinter({ streams, isVerbose }: PrinterOptions): Printer {
  return foldingPrinter({
    onEvent(event) {
      const line = progressLine(event, isVerbose);
      if (line !== null) void streams.err(`${line}\n`);
    },
    async finish({ opened, closed, denials }, frame) {
      if (closed?.result != null) await streams.say(`${shown(closed.result, frame).trimEnd()}\n`);
      // The answer of a plain prompt is the model's own, which may say that it did what it was not let do.
      if (opened?.goal === null) await streams.err(refusalLine(denials, frame.sessionId));
      await streams.err(failureLines(closed, frame.sessionId));
    },
  });
}

/** With --json-schema whoever reads stdout parses it: a value stands there without the fence that models put around it. */
function shown(result: string, { isStructured }: ResultFrame): string {
  const value = isStructured && result.trimStart().startsWith('```') ? answerValue(result) : null;
  return value === null ? result : JSON.stringify(value, null, 2);
}

/** Empty when nothing was refused. */
function refusalLine(denials: readonly { tool_name: string }[], run: string): string {
  if (denials.length === 0) return '';
  const tools = [...new Set(denials.map(({ tool_name }) => tool_name))].join(', ');
  const calls = denials.length === 1 ? '1 call was' : `${denials.length} calls were`;
  return `steward: ${calls} refused (${tools}), and not done; steward runs show ${run.slice(0, 8)} tells which\n`;
}
