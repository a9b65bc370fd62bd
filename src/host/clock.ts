import type { Clock } from '../protocol/machine.ts';
import { monotonicMs } from './monotonic.ts';

/** setTimeout fires at once for more than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createClock(): Clock {
  return {
    now: () => Date.now(),
    elapsed: () => monotonicMs(),
    async sleep(ms, signal) {
      const end = monotonicMs() + ms;
      for (;;) {
        const left = end - monotonicMs();
        if (left <= 0 || signal?.aborted === true) return;
        await pause(Math.min(left, LONGEST_TIMER_MS), signal);
      }
    },
  };
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    // Rounded up: a timer may fire up to a millisecond early.
    const timer = setTimeout(end, Math.ceil(ms));
    signal?.addEventListener('abort', end);
  });
}
