import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/protocol/machine.ts';

/** `pass` lets the given time go by, for a clock that stands still by itself. */
export function describeClock(
  name: string,
  make: () => { clock: Clock; pass: (ms: number) => Promise<void> },
): void {
  describe(`${name} as a clock`, () => {
    it('moves both of its hands by the time that passed', async () => {
      const { clock, pass } = make();
      const [now, elapsed] = [clock.now(), clock.elapsed()];
      await pass(40);
      expect(clock.now() - now).toBeGreaterThanOrEqual(39);
      expect(clock.elapsed() - elapsed).toBeGreaterThanOrEqual(39);
    });

    it('wakes a sleeper when its time has come, not before', async () => {
      const { clock, pass } = make();
      const start = clock.elapsed();
      const slept = clock.sleep(60).then(() => clock.elapsed() - start);
      await pass(80);
      expect(await slept).toBeGreaterThanOrEqual(60);
    });

    it('wakes a sleeper early, without an error, when aborted', async () => {
      const { clock } = make();
      const control = new AbortController();
      const start = clock.elapsed();
      const slept = clock.sleep(60_000, control.signal);
      control.abort();
      await slept;
      await clock.sleep(60_000, control.signal);
      expect(clock.elapsed() - start).toBeLessThan(10_000);
    });

    it('does not wait for no time, or for a time that is longer than a timer can be', async () => {
      const { clock } = make();
      await clock.sleep(0);
      await clock.sleep(-5);
      const control = new AbortController();
      let isAwake = false;
      const slept = clock.sleep(2 ** 40, control.signal).then(() => {
        isAwake = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(isAwake).toBe(false);
      control.abort();
      await slept;
    });
  });
}
