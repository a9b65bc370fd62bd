import type { Reason } from '../protocol/outcome.ts';

const REASONS: Record<string, Reason> = {
  SIGINT: 'interrupted',
  SIGTERM: 'terminated',
  SIGHUP: 'terminated',
};

/**
 * The first signal ends the run in order: commands are ended, the log is closed, the result is printed. The second
 * one of the same kind does what it does to any program.
 */
export function abortOnSignals(): { signal: AbortSignal; stop(): void } {
  const abort = new AbortController();
  const handlers = Object.entries(REASONS).map(([name, reason]) => {
    const handler = (): void => {
      process.removeListener(name, handler);
      abort.abort(reason);
    };
    process.on(name, handler);
    return { name, handler };
  });
  return {
    signal: abort.signal,
    stop() {
      for (const { name, handler } of handlers) process.removeListener(name, handler);
    },
  };
}
