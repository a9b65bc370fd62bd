import { constants } from 'node:os';
import type { ProcessResult } from '../protocol/machine.ts';

/** Those that end programs in practice. Of the other numbers above 128 some are statuses of their own: git says 129. */
const DEADLY: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGILL',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGSEGV',
  'SIGPIPE',
  'SIGTERM',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGSYS',
];

/** What a shell says of a program that it waited for: its status, or 128 and the number of the signal that ended it. */
export function endingOf(status: number): Pick<ProcessResult, 'exitCode' | 'signal' | 'startError'> {
  const signal = DEADLY.find((name) => constants.signals[name] === status - 128) ?? null;
  return { exitCode: signal === null ? status : null, signal, startError: null };
}
