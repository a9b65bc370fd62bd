import { describe, expect, it } from 'vitest';
import {
  attemptsToday,
  countAttempt,
  learn,
  listTrust,
  loweredTo,
  raise,
} from '../../../src/app/change/trust.ts';
import type { World } from '../../../src/app/world.ts';
import type { Plan } from '../../../src/changes/index.ts';
import { createMemoryStore } from '../../../src/host/index.ts';
import { createFakeClock } from '../../fakes/clock.ts';

/** As much of a world and of a plan as trust looks at. */
function scene() {
  const store = createMemoryStore('test');
  const clock = createFakeClock();
  const world = { store, clock } as unknown as World;
  const plan = { work: [{ name: 'nginx.service', files: [{ path: '/etc/a' }] }] } as unknown as Plan;
  return { store, clock, world, plan };
}

describe('trust', () => {
  it('counts the changes of a target in the last day', async () => {
    const { world, plan, clock } = scene();
    expect(await attemptsToday(world, plan)).toBe(0);
    await countAttempt(world, plan);
    await clock.advance(60_000);
    await countAttempt(world, plan);
    expect(await attemptsToday(world, plan)).toBe(2);
    const other = { work: [{ name: 'b', files: [{ path: '/etc/a' }] }] } as unknown as Plan;
    expect(await attemptsToday(world, other)).toBe(2);
    await clock.advance(24 * 60 * 60 * 1000 - 30_000);
    expect(await attemptsToday(world, plan)).toBe(1);
  });

  it('is lost by a change that did not hold, until an operator gives it back', async () => {
    const { world } = scene();
    expect(await loweredTo(world, 'mend', 'reversible')).toBeNull();
    await learn(world, 'mend', { run: 'r1', held: false, why: 'X1 "a": exit 1' });
    expect(await loweredTo(world, 'mend', 'reversible')).toMatchObject({ autonomy: 'propose', run: 'r1' });
    expect(await loweredTo(world, 'mend', 'propose')).toBeNull();
    expect(await loweredTo(world, 'other', 'full')).toBeNull();
    await learn(world, 'mend', { run: 'r2', held: true, why: '' });
    expect(await loweredTo(world, 'mend', 'reversible')).not.toBeNull();
    expect(await raise(world, 'mend')).toBe(true);
    expect(await loweredTo(world, 'mend', 'reversible')).toBeNull();
    expect(await raise(world, 'mend')).toBe(false);
  });

  it('grows with changes in a row that held, and says so at the fifth', async () => {
    const { world } = scene();
    const said = [];
    for (let i = 0; i < 6; i += 1) said.push(await learn(world, 'mend', { run: 'r', held: true, why: '' }));
    expect(said.map((text) => text !== null)).toEqual([false, false, false, false, true, false]);
    expect((await listTrust(world)).held).toEqual({ mend: 6 });
  });

  it('is given to nobody while its file cannot be read, and the file stays as it is', async () => {
    const { world, store } = scene();
    await store.write('trust.json', '{');
    expect(await loweredTo(world, 'mend', 'reversible')).toMatchObject({ autonomy: 'propose' });
    await learn(world, 'mend', { run: 'r', held: true, why: '' });
    expect(await store.readText('trust.json')).toBe('{');
    await raise(world, 'mend');
    expect(await loweredTo(world, 'mend', 'reversible')).toBeNull();
  });
});
