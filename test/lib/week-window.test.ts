import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOpenAt, nextOpening, parseWindow, weekTimeOf } from '../../src/lib/week-window.ts';
import { namedZone } from '../fakes/zone.ts';

const UTC = { aheadMinutes: () => 0 };
const at = (text: string): number => Date.parse(text);

describe('a change window', () => {
  it.each([
    ['02:00-05:00', { days: [], from: 120, to: 300 }],
    ['Sat 02:00-05:00', { days: [6], from: 120, to: 300 }],
    ['Mon-Fri 22:00-06:00', { days: [1, 2, 3, 4, 5], from: 1320, to: 360 }],
    ['Sat,Sun 10:00-12:00', { days: [0, 6], from: 600, to: 720 }],
    ['Fri-Mon 0:00-24:00', { days: [0, 1, 5, 6], from: 0, to: 1440 }],
    ['daily 3:30-4:00', { days: [], from: 210, to: 240 }],
  ])('%s is read', (text, window) => {
    expect(parseWindow(text)).toEqual(window);
  });

  it.each(['', 'soon', '25:00-26:00', '02:00-02:00', 'Xyz 02:00-03:00', '02:61-03:00', '02:00'])(
    '%j is no window',
    (text) => {
      expect(parseWindow(text)).toBeUndefined();
    },
  );

  it('reaches over midnight into the next day, and no further', () => {
    const window = parseWindow('Fri 22:00-06:00');
    if (window === undefined) throw new Error('not a window');
    expect(isOpenAt(window, { day: 5, minute: 22 * 60 })).toBe(true);
    expect(isOpenAt(window, { day: 6, minute: 5 * 60 + 59 })).toBe(true);
    expect(isOpenAt(window, { day: 6, minute: 6 * 60 })).toBe(false);
    expect(isOpenAt(window, { day: 5, minute: 3 * 60 })).toBe(false);
  });

  it('is told by the clock on the wall, before and after it is changed', () => {
    const window = parseWindow('02:30-02:45');
    if (window === undefined) throw new Error('not a window');
    // In Berlin the clock goes from 2:00 to 3:00 on 29 March 2026: this night it does not open.
    const night = at('2026-03-28T23:30:00Z');
    expect(new Date(nextOpening(window, night, namedZone('Europe/Berlin'))).toISOString()).toBe(
      '2026-03-30T00:30:00.000Z',
    );
    expect(weekTimeOf(at('2026-03-29T01:00:00Z'), namedZone('Europe/Berlin'))).toEqual({
      day: 0,
      minute: 180,
    });
  });

  it('opens next when it says so: open then, and shut the minute before', () => {
    const windows = fc.record({
      days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 3 }),
      from: fc.integer({ min: 0, max: 1439 }),
      length: fc.integer({ min: 1, max: 600 }),
    });
    const times = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2026-12-31T00:00:00Z') });
    fc.assert(
      fc.property(windows, times, ({ days, from, length }, now) => {
        const window = { days, from, to: (from + length) % 1440 };
        if (window.from === window.to) return;
        const opening = nextOpening(window, now, UTC);
        expect(isOpenAt(window, weekTimeOf(opening, UTC))).toBe(true);
        expect(opening).toBeGreaterThanOrEqual(now);
        if (opening > now + 60_000) {
          expect(isOpenAt(window, weekTimeOf(opening - 60_000, UTC))).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });
});
