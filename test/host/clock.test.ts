import { expect, it } from 'vitest';
import { createClock } from '../../src/host/index.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { describeClock } from '../fakes/clock-contract.ts';

describeClock('the host', () => ({
  clock: createClock(),
  pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}));
describeClock('a fake', () => {
  const clock = createFakeClock();
  return { clock, pass: clock.advance };
});

it('wakes the sleepers of a fake in the order of their times', async () => {
  const clock = createFakeClock({ now: 1_000 });
  const woken: [string, number][] = [];
  const sleeper = (name: string, ms: number) => clock.sleep(ms).then(() => woken.push([name, clock.now()]));
  const all = [sleeper('late', 30), sleeper('early', 10)];
  await clock.advance(50);
  await Promise.all(all);
  expect(woken).toEqual([
    ['early', 1_010],
    ['late', 1_030],
  ]);
  expect(clock.now()).toBe(1_050);
});
