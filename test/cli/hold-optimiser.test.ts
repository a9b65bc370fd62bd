import { Script } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { holdOptimiser } from '../../src/cli/hold-optimiser.ts';

const SOURCE = '(function add(a, b) { return a + b; })';

/** V8 takes code only under the flags under which it was kept: so one can see from outside which are set. */
function takes(cachedData: Buffer): boolean {
  return new Script(`${SOURCE}`, { cachedData }).cachedDataRejected === false;
}

describe('holding the optimiser', () => {
  let release: () => void = () => {};
  afterEach(() => release());

  it('changes the flags of V8, and changes them back', () => {
    const kept = new Script(SOURCE).createCachedData();
    expect(takes(kept)).toBe(true);
    release = holdOptimiser(60_000);
    expect(takes(kept)).toBe(false);
    release();
    expect(takes(kept)).toBe(true);
  });

  it('ends by itself when the work goes on', async () => {
    const kept = new Script(SOURCE).createCachedData();
    release = holdOptimiser(20);
    const end = Date.now() + 10_000;
    while (!takes(kept) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(takes(kept)).toBe(true);
  });
});
