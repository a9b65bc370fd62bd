import { describe, expect, it } from 'vitest';
import { runScanners, type Scanner, ScanProblem } from '../../src/state/index.ts';
import { createFakeClock } from '../fakes/clock.ts';

const asks = { run: async () => '', get: async () => ({}) };
const scanner = (name: string, scan: Scanner['scan']): Scanner => ({
  name,
  kind: 'test',
  target: name,
  scan,
});
const never = new Promise<never>(() => {});

describe('a hundred targets', () => {
  it('are asked at once: those that hang hold up no other, and end at the deadline', async () => {
    const clock = createFakeClock();
    const started: string[] = [];
    const targets = Array.from({ length: 100 }, (_, index) =>
      scanner(`t${index}`, () => {
        started.push(`t${index}`);
        return index % 10 === 0 ? never : Promise.resolve({ services: [{ id: 'x', name: 'x' }] });
      }),
    );
    const scan = runScanners(targets, { clock, deadlineMs: 4_500, askFor: () => asks });
    await clock.advance(4_499);
    expect(started).toHaveLength(100);
    await clock.advance(1);
    const { sources, durationMs } = await scan;
    expect(durationMs).toBe(4_500);
    const silent = sources.filter(({ answer }) => 'problem' in answer);
    expect(silent.map(({ name }) => name)).toEqual(
      Array.from({ length: 10 }, (_, index) => `t${index * 10}`),
    );
    expect(silent[0]?.answer).toEqual({ problem: 'no answer within 4.5 s' });
  });

  it('are told to end when the scan is over, and when somebody ends it', async () => {
    const clock = createFakeClock();
    const ended: string[] = [];
    const hangs = [scanner('a', () => never)];
    const askFor = (_: Scanner, signal: AbortSignal) => {
      signal.addEventListener('abort', () => ended.push('a'));
      return asks;
    };
    const stop = new AbortController();
    const scan = runScanners(hangs, { clock, deadlineMs: 4_500, askFor, signal: stop.signal });
    stop.abort();
    expect((await scan).sources[0]?.answer).toEqual({ problem: 'the scan was interrupted' });
    expect(ended).toEqual(['a']);
  });

  it('may fail in a way that they know, and a bug of a scanner ends the scan', async () => {
    const options = { clock: createFakeClock(), deadlineMs: 4_500, askFor: () => asks };
    const known = await runScanners(
      [scanner('a', () => Promise.reject(new ScanProblem('HTTP 595')))],
      options,
    );
    expect(known.sources[0]?.answer).toEqual({ problem: 'HTTP 595' });
    await expect(
      runScanners([scanner('b', () => Promise.reject(new TypeError('a bug')))], options),
    ).rejects.toThrow('a bug');
  });

  it('more than can be asked at once wait for their turn', async () => {
    const clock = createFakeClock();
    let atOnce = 0;
    let most = 0;
    const targets = Array.from({ length: 1000 }, (_, index) =>
      scanner(`t${index}`, async () => {
        most = Math.max(most, ++atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
        return {};
      }),
    );
    const { sources } = await runScanners(targets, { clock, deadlineMs: 45_000, askFor: () => asks });
    expect(sources.every(({ answer }) => 'found' in answer)).toBe(true);
    expect(most).toBeLessThanOrEqual(128);
  });
});
