import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSample, followTrend, growthPerDay, readTrends } from '../../src/context/trends.ts';

const DAY = 86_400;
const T0 = 1_795_000_000;
type Samples = [number, number][];

const follow = (values: (day: number) => number, days: number, everyHours: number): Samples => {
  let samples: Samples = [];
  for (let hour = 0; hour <= days * 24; hour += everyHours) {
    samples = addSample(samples, T0 + hour * 3_600, values(hour / 24));
  }
  return samples;
};

describe('a trend', () => {
  it('is not known from less than a day', () => {
    expect(growthPerDay(follow((day) => day * 100, 0.9, 1))).toBeNull();
  });

  it('is the growth of a day', () => {
    expect(growthPerDay(follow((day) => 500 + day * 100, 10, 1))).toBeCloseTo(100, 6);
  });

  it('is not turned by one clean-up, nor by one copy that went again', () => {
    const cleaned = growthPerDay(follow((day) => day * 100 - (day > 9.5 ? 700 : 0), 10, 2)) ?? 0;
    expect(cleaned).toBeGreaterThan(40);
    const copied = growthPerDay(follow((day) => 1000 + (day > 4 && day < 4.5 ? 5000 : 0), 10, 2)) ?? 99;
    expect(Math.abs(copied)).toBeLessThan(1);
  });

  it('keeps few samples of two weeks, however often it is asked', () => {
    const samples = follow((day) => day, 40, 0.25);
    expect(samples.length).toBeLessThanOrEqual(90);
    const [first] = samples[0] ?? [0];
    expect(T0 + 40 * DAY - first).toBeLessThanOrEqual(14 * DAY);
    expect(T0 + 40 * DAY - first).toBeGreaterThan(8 * DAY);
  });

  it('forgets what lies in the future of a clock that went back', () => {
    const samples = follow((day) => day, 3, 1);
    expect(addSample(samples, T0 + DAY, 7).every(([at]) => at <= T0 + DAY)).toBe(true);
  });

  it('adds per_day to each element, and leaves those alone that have no key', () => {
    const known = { '/': follow((day) => day * 10, 3, 1) };
    const now = T0 + 3 * DAY + 3_600;
    const disks = [{ mount: '/', used: 30 }, { mount: '/new', used: 5 }, { used: 1 }];
    const { elements, samples } = followTrend(disks, { key: 'mount', value: 'used' }, known, now);
    expect(elements).toEqual([
      { mount: '/', used: 30, per_day: expect.closeTo(10, 0) },
      { mount: '/new', used: 5, per_day: null },
      { used: 1 },
    ]);
    expect(Object.keys(samples)).toEqual(['/', '/new']);
  });

  it.each([undefined, '', '[]', '{"disk": 1}', '{"disk": {"/": [[1]]}}', '{"disk": {"/": [[1, null]]}}'])(
    'begins anew from %j',
    (text) => expect(readTrends(text)).toEqual({}),
  );

  it('never keeps samples out of order, nor more than a few', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -5 * DAY, max: 5 * DAY }), fc.integer()), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (moves) => {
        let samples: Samples = [];
        let now = T0;
        for (const [by, value] of moves) {
          now += by;
          samples = addSample(samples, now, value);
          const times = samples.map(([at]) => at);
          if (times.some((at, index) => at > now || (index > 0 && at <= (times[index - 1] ?? 0))))
            return false;
        }
        const growth = growthPerDay(samples);
        return samples.length <= 60 && (growth === null || Number.isFinite(growth));
      }),
      { numRuns: 60 },
    );
  });
});
