import { OpsError } from '../lib/ops-error.ts';
import { ENDINGS, type Reason } from '../protocol/outcome.ts';

const REASONS: Partial<Record<NodeJS.Signals, Reason>> = {
  SIGINT: 'interrupted',
  SIGTERM: 'terminated',
  SIGHUP: 'terminated',
};

export interface Signals {
  signal: AbortSignal;
  /** `work`, or an OpsError with the signal's reason when that comes first: for waits before there is a run. */
  orEnd<T>(work: Promise<T>): Promise<T>;
  stop(): void;
}

/**
 * The first signal ends the run in order: commands are ended, the log is closed, the result is printed. The second
 * one of the same kind does what it does to any program. `left`: whoever runs meanwhile takes these itself.
 */
export function abortOnSignals(left: readonly NodeJS.Signals[] = []): Signals {
  const abort = new AbortController();
  const taken = Object.entries(REASONS).filter(([name]) => !left.includes(name as NodeJS.Signals));
  const handlers = taken.map(([name, reason]) => {
    const handler = (): void => {
      // Not before every other listener was told: the screen's own kills the process where it finds itself alone.
      setImmediate(() => process.removeListener(name, handler));
      abort.abort(reason);
    };
    process.on(name, handler);
    return { name, handler };
  });
  const aborted = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => {
      const reason = abort.signal.reason as Reason;
      reject(new OpsError('signal', reason, ENDINGS[reason].meaning));
    });
  });
  // Nobody need be waiting when a signal comes.
  aborted.catch(() => {});
  return {
    signal: abort.signal,
    orEnd: (work) => Promise.race([work, aborted]),
    stop() {
      for (const { name, handler } of handlers) process.removeListener(name, handler);
    },
  };
}
