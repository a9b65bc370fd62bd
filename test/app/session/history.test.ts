import { statSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHistory } from '../../../src/app/session/history.ts';
import { openBench, openBenchIn } from './support.ts';

function newestOnce(entries: readonly string[]): string[] {
  return [...new Set(entries.toReversed())].reverse();
}

describe('the history of prompts', () => {
  it('is there in the next session, each prompt once, where it was typed last', async () => {
    const bench = await openBench();
    const history = createHistory(bench.session);
    for (const prompt of ['one', 'two\nlines', 'one', ' ']) history.remember(prompt);
    expect(await history.read()).toEqual(['two\nlines', 'one']);
    const next = createHistory((await openBenchIn(bench.home)).session);
    expect(await next.read()).toEqual(['two\nlines', 'one']);
  });

  it('is private and holds no secret', async () => {
    const bench = await openBench({ DB_PASSWORD: 'wEi7quaiPhohX3ae' });
    const history = createHistory(bench.session);
    history.remember('why does wEi7quaiPhohX3ae not work?');
    await history.settled();
    expect(statSync(bench.world.store.pathOf('prompt-history.jsonl') ?? '').mode & 0o777).toBe(0o600);
    expect(await bench.world.store.readText('prompt-history.jsonl')).not.toContain('wEi7quaiPhohX3ae');
    expect((await history.read())[0]).toMatch(/^why does \[masked:.*\] not work\?$/);
  });

  it('keeps the last 1,000, and what can be read of a damaged file', async () => {
    const bench = await openBench();
    const lines = Array.from({ length: 1_200 }, (_, at) => JSON.stringify(`p${at}`));
    writeFileSync(bench.world.store.pathOf('prompt-history.jsonl') ?? '', `${lines.join('\n')}\n{"torn`);
    const history = createHistory(bench.session);
    history.remember('last');
    const read = await history.read();
    expect([read.length, read[0], read.at(-2), read.at(-1)]).toEqual([1_000, 'p201', 'p1199', 'last']);
  });

  it('agrees with a model for any prompts of two sessions one after the other', async () => {
    const step = fc.record({
      who: fc.nat({ max: 1 }),
      prompt: fc.constantFrom('a', 'b', 'c', 'd\ne', '"', 'a\u2028b'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const first = await openBench();
        const sessions = [first, await openBenchIn(first.home)].map(({ session }) => createHistory(session));
        for (const { who, prompt } of steps) {
          sessions[who]?.remember(prompt);
          await sessions[who]?.settled();
        }
        const expected = newestOnce(steps.map(({ prompt }) => prompt));
        const fresh = createHistory((await openBenchIn(first.home)).session);
        expect(await fresh.read()).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('loses nothing of two sessions that type at once, and keeps the order of each', async () => {
    const first = await openBench();
    const names = ['a', 'b'];
    const histories = await Promise.all(
      names.map(async () => createHistory((await openBenchIn(first.home)).session)),
    );
    for (let at = 0; at < 30; at += 1) {
      for (const [index, history] of histories.entries()) history.remember(`${names[index]}${at}`);
    }
    await Promise.all(histories.map((history) => history.settled()));
    const read = await createHistory(first.session).read();
    for (const name of names) {
      const own = read.filter((prompt) => prompt.startsWith(name));
      expect(own).toEqual(Array.from({ length: 30 }, (_, at) => `${name}${at}`));
    }
  });
});
