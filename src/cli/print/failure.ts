import { NO_USAGE } from '../../protocol/model.ts';
import { ending, isError, type Reason } from '../../protocol/outcome.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './printer.ts';
import { resultObject } from './result.ts';
import { type ClosedEvent, emptyFold } from './run-fold.ts';

/** What goes to stderr in every format when a run did not end well; empty when it did. */
export function failureLines(closed: ClosedEvent | null, run: string): string {
  if (closed === null || !isError(closed.reason)) return '';
  const row = ending(closed.reason);
  const again = closed.resumeAt === null ? '' : `; try again at ${new Date(closed.resumeAt).toISOString()}`;
  const message = closed.message ?? row.meaning;
  const name = run === '' ? '' : `steward: run ${run}\n`;
  const why = closed.reason === row.outcome ? '' : `${closed.reason}, `;
  return `steward: ${row.outcome} (${why}exit ${row.exitCode}): ${message}${again}\n${name}`;
}

/** The result object for what went wrong before there was a run. */
export function failureObject(
  reason: Reason,
  message: string,
  ids: { sessionId: string; uuid: string },
): Record<string, unknown> {
  const fold = emptyFold();
  fold.closed = {
    type: 'run.closed',
    outcome: ending(reason).outcome,
    reason,
    message,
    result: null,
    resumeAt: null,
    turns: 0,
    usage: NO_USAGE,
    costUsd: 0,
    durationMs: 0,
  };
  return resultObject(fold, {
    ...ids,
    durationMs: 0,
    isStructured: false,
    windowOf: () => null,
    logHead: null,
  });
}

/** Which format the words ask for, however wrong the rest of them is. */
export function wantedFormat(argv: readonly string[]): OutputFormat {
  const words = argv.flatMap((word, index) => {
    if (word === '--output-format') return [argv[index + 1] ?? ''];
    return word.startsWith('--output-format=') ? [word.slice(word.indexOf('=') + 1)] : [];
  });
  return OUTPUT_FORMATS.find((format) => format === words.at(-1)) ?? 'text';
}
