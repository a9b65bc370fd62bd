import type { Clock } from '../../src/protocol/machine.ts';

export interface FakeClock extends Clock {
  /** Moves time on and wakes the sleepers whose time has come, in order. */
  advance(ms: number): Promise<void>;
}

/** Time that stands still until a test moves it; with `isSelfAdvancing`, a sleep moves it by itself at once. */
export function createFakeClock(options: { now?: number; isSelfAdvancing?: boolean } = {}): FakeClock {
  const start = options.now ?? Date.parse('2026-03-01T03:00:00Z');
  let passedMs = 0;
  let sleepers: { wakeAt: number; wake: () => void }[] = [];

  async function advance(ms: number): Promise<void> {
    const end = passedMs + ms;
    for (;;) {
      const next = sleepers.filter((s) => s.wakeAt <= end).sort((a, b) => a.wakeAt - b.wakeAt)[0];
      if (next === undefined) break;
      sleepers = sleepers.filter((s) => s !== next);
      passedMs = Math.max(passedMs, next.wakeAt);
      next.wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
    passedMs = end;
  }

  return {
    now: () => start + passedMs,
    elapsed: () => passedMs,
    sleep(ms, signal) {
      if (signal?.aborted === true || ms <= 0) return Promise.resolve();
      if (options.isSelfAdvancing === true) {
        passedMs += ms;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        sleepers.push({ wakeAt: passedMs + ms, wake: resolve });
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    },
    advance,
  };
}
