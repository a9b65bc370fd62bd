import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/lib/duration.ts';

describe('parseDuration', () => {
  test.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1w', 604_800_000],
    ['500ms', 500],
    ['1h30m', 5_400_000],
    ['0.5h', 1_800_000],
    [' 5s ', 5_000],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '10', 'm', '-5m', '5 m', '5x', '1h-', '1e3s', 'h5', '99999999999999999999d'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  test('never throws and never gives a negative or a fraction', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = parseDuration(text);
        return ms === undefined || (Number.isSafeInteger(ms) && ms >= 0);
      }),
    );
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0ms'],
    [450, '450ms'],
    [42_999, '42s'],
    [600_000, '10m'],
    [5_400_000, '1h30m'],
    [3_605_000, '1h'],
    [187_200_000, '2d4h'],
    [-5, '0ms'],
  ])('%i ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('reads back as no more than it was, and at most a twentieth less (below a minute: a second)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 11 }), (ms) => {
        const back = parseDuration(formatDuration(ms));
        expect(back).toBeDefined();
        expect(back ?? 0).toBeLessThanOrEqual(ms);
        expect(ms - (back ?? 0)).toBeLessThanOrEqual(Math.max(999, ms * 0.05));
      }),
    );
  });
});
