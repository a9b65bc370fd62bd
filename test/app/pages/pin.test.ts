import { describe, expect, it } from 'vitest';
import { createPin, waitAfter } from '../../../src/app/pages/pin.ts';
import { createMemoryStore } from '../../../src/host/index.ts';
import { createFakeClock } from '../../fakes/clock.ts';

const rig = () => {
  const [store, clock] = [createMemoryStore('a test'), createFakeClock()];
  return { store, clock, pin: createPin({ store, clock }) };
};

describe('a PIN', { timeout: 60_000 }, () => {
  it('opens nothing until one is set, and is kept as a hash', async () => {
    const { store, pin } = rig();
    expect([await pin.isSet(), await pin.check('12345678')]).toEqual([false, { kind: 'unset' }]);
    const made = await pin.set(null);
    expect(await store.readText('pages/pin.json')).not.toContain(made);
    expect([await pin.isSet(), await pin.check(made)]).toEqual([true, { kind: 'right' }]);
    await pin.remove();
    expect(await pin.isSet()).toBe(false);
  });

  it('waits twice as long after each wrong one, a day at most', () => {
    expect([1, 2, 3, 4, 5, 14, 15, 1_000_000].map(waitAfter)).toEqual([
      0,
      0,
      30_000,
      60_000,
      120_000,
      30_000 * 2 ** 11,
      86_400_000,
      86_400_000,
    ]);
  });

  it('does not lock for longer than a day when the clock was set back', async () => {
    const { store, clock, pin } = rig();
    await pin.set('271828');
    const kept = JSON.parse((await store.readText('pages/pin.json')) ?? '');
    await store.write(
      'pages/pin.json',
      JSON.stringify({ ...kept, failures: 9, lockedUntil: clock.now() + 1e12 }),
    );
    expect(await pin.check('271828')).toEqual({ kind: 'locked', until: clock.now() + 86_400_000 });
  });

  it('is refused when anybody would try it first', async () => {
    const { pin } = rig();
    for (const weak of ['', '12345', '000000', '112211', '123456', '987654']) {
      await expect(pin.set(weak)).rejects.toMatchObject({ code: 'weak-pin' });
    }
  });

  it('that cannot be read opens nothing, until another is set', async () => {
    const { store, pin } = rig();
    await store.write('pages/pin.json', '{}');
    await expect(pin.check('1')).rejects.toMatchObject({ code: 'pages-unreadable' });
    const made = await pin.set(null);
    expect(await pin.check(made)).toEqual({ kind: 'right' });
  });
});
