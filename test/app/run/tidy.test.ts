import { expect, test } from 'vitest';
import { tidyHourly } from '../../../src/app/run/tidy.ts';
import { createMemoryStore } from '../../../src/host/index.ts';
import { createFakeClock } from '../../fakes/clock.ts';

const DAY_MS = 86_400_000;

test('what is kept is looked at once an hour, and whenever nobody knows when it last was', async () => {
  const store = createMemoryStore('test');
  const clock = createFakeClock();
  let looks = 0;
  const watched: typeof store = {
    ...store,
    list: (name) => {
      if (name === 'runs') looks += 1;
      return store.list(name);
    },
  };
  const settings = { retention: { days: 30, keep: 5 } } as Parameters<typeof tidyHourly>[0]['settings'];
  const tidyNow = async () => {
    await tidyHourly({ store: watched, settings, clock });
    return looks;
  };
  expect(await tidyNow()).toBe(1);
  expect(await tidyNow()).toBe(1);
  clock.advance(3_600_000 - 1);
  expect(await tidyNow()).toBe(1);
  clock.advance(1);
  expect(await tidyNow()).toBe(2);
  await store.write('tidied', 'yesterday');
  expect(await tidyNow()).toBe(3);
  await store.write('tidied', String(clock.now() + DAY_MS));
  expect(await tidyNow()).toBe(4);
});
