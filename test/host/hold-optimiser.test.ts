import { Script } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { holdOptimiser } from '../../src/host/index.ts';

/** Of one length, by which V8 knows what it kept; each time another, since it remembers what it has just compiled. */
const source = () => `(function add(a, b) { return a + b + ${next++}; })`;
let next = 100;

/** V8 takes code only under the flags under which it was kept: so one can see from outside which are set. */
function takes(cachedData: Buffer): boolean {
  return new Script(source(), { cachedData }).cachedDataRejected === false;
}

describe('holding the optimiser', () => {
  let release: () => void = () => {};
  afterEach(() => release());

  it('changes the flags of V8, and changes them back', async () => {
    const kept = new Script(source()).createCachedData();
    expect(takes(kept)).toBe(true);
    release = await holdOptimiser(60_000);
    expect(takes(kept)).toBe(false);
    release();
    expect(takes(kept)).toBe(true);
  });

  it('ends by itself when the work goes on', async () => {
    const kept = new Script(source()).createCachedData();
    release = await holdOptimiser(20);
    const end = Date.now() + 10_000;
    while (!takes(kept) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(takes(kept)).toBe(true);
  });
});
