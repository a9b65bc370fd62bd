import { describe, expect, it } from 'vitest';
import { readMoment } from '../../src/lib/moment.ts';
import type { HistoryEntry } from '../../src/protocol/state-file.ts';
import { entryAt, prune, readIndex, remember } from '../../src/state/history.ts';
import { namedZone } from '../fakes/zone.ts';

const berlin = namedZone('Europe/Berlin');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const digestOf = (n: number): string => n.toString(16).padStart(64, '0');

/** Every five minutes something changes, from `from` until `to`, and the history is pruned as a scan does. */
function simulate(from: number, to: number, change = (step: number) => step): HistoryEntry[] {
  let entries: HistoryEntry[] = [];
  for (let at = from, step = 0; at <= to; at += 5 * MINUTE, step += 1) {
    entries = prune(
      remember(entries, { at, digest: digestOf(step), content: digestOf(change(step)) }),
      at,
      berlin,
    );
  }
  return entries;
}

describe('forty days of history across a change of clocks', () => {
  // Clocks go back in Berlin on 2026-10-25 at 03:00, and forward on 2026-03-29 at 02:00.
  const spans = [
    ['back', Date.parse('2026-10-01T00:00:00Z')],
    ['forward', Date.parse('2026-03-05T00:00:00Z')],
  ] as const;

  for (const [direction, from] of spans) {
    const to = from + 40 * DAY;
    const entries = simulate(from, to);

    it(`keeps each of the last 168 hours, and each day before, when clocks go ${direction}`, () => {
      const hours = new Set(
        entries.filter(({ until }) => to - until < 7 * DAY).map(({ at }) => Math.floor(at / HOUR)),
      );
      for (let hour = Math.floor((to - 7 * DAY + HOUR) / HOUR); hour <= Math.floor(to / HOUR); hour += 1)
        expect(hours.has(hour)).toBe(true);
      const older = entries.filter(({ until }) => to - until >= 7 * DAY);
      expect(older.length).toBeGreaterThanOrEqual(22);
      expect(older.length).toBeLessThanOrEqual(24);
      expect(entries.every(({ until }) => to - until < 30 * DAY)).toBe(true);
      expect(entries.length).toBeLessThan(168 + 24 + 14);
    });

    it(`answers "yesterday at 14:00" with what was so by then, when clocks go ${direction}`, () => {
      const asked = readMoment('yesterday at 14:00', to, berlin)?.at ?? 0;
      const found = entryAt(entries, asked);
      expect(found?.at).toBeLessThanOrEqual(asked);
      expect(asked - (found?.at ?? 0)).toBeLessThanOrEqual(HOUR);
    });

    it(`knows each wall-clock noon of the last 29 days, when clocks go ${direction}`, () => {
      for (let day = 1; day < 29; day += 1) {
        const asked = readMoment('today 12:00', to - day * DAY, berlin)?.at ?? 0;
        const found = entryAt(entries, asked);
        expect(asked - (found?.at ?? 0)).toBeLessThanOrEqual(day < 7 ? HOUR : DAY + HOUR);
      }
    });
  }

  it('is one entry where nothing changes, however long, and that entry answers for all of it', () => {
    const from = Date.parse('2026-10-01T00:00:00Z');
    const entries = simulate(from, from + 40 * DAY, () => 1);
    expect(entries).toMatchObject([{ at: from, until: from + 40 * DAY }]);
    expect(entryAt(entries, from + 20 * DAY)).toBe(entries[0]);
  });

  it('keeps what has a tag for ever', () => {
    const from = Date.parse('2025-01-01T00:00:00Z');
    const tagged = remember([], { at: from, digest: digestOf(1), content: digestOf(1) }).map((entry) => ({
      ...entry,
      tag: 'before-move',
    }));
    let entries: HistoryEntry[] = tagged;
    for (let at = from + DAY; at < from + 400 * DAY; at += DAY) {
      entries = prune(remember(entries, { at, digest: digestOf(at), content: digestOf(at) }), at, berlin);
    }
    expect(entries[0]).toEqual(tagged[0]);
    expect(entries.length).toBeLessThan(35);
  });
});

describe('a clock that is wrong', () => {
  const at = Date.parse('2026-11-01T12:00:00Z');

  it('jumps back without prolonging what was, nor losing it', () => {
    const first = remember([], { at, digest: digestOf(1), content: digestOf(1) });
    const back = prune(
      remember(first, { at: at - DAY, digest: digestOf(2), content: digestOf(1) }),
      at - DAY,
      berlin,
    );
    expect(back.map(({ seq, at: when }) => [seq, when])).toEqual([
      [1, at],
      [2, at - DAY],
    ]);
    expect(back.at(-1)?.digest).toBe(digestOf(2));
  });

  it('leaps years ahead for one scan without emptying the history', () => {
    const entries = simulate(at - 3 * DAY, at);
    const leapt = at + 3650 * DAY;
    const after = prune(
      remember(entries, { at: leapt, digest: digestOf(9e6), content: digestOf(9e6) }),
      leapt,
      berlin,
    );
    expect(after.length).toBe(entries.length + 1);
  });
});

describe('the index on disk', () => {
  it('is empty where it is no list, and leaves out what is no entry', () => {
    expect(readIndex(undefined)).toEqual([]);
    expect(readIndex('{"a":')).toEqual([]);
    const good = { seq: 1, at: 1, until: 2, digest: digestOf(1), content: digestOf(2), tag: null };
    expect(readIndex(JSON.stringify([good, null, { seq: 2 }, { ...good, digest: '../../etc' }]))).toEqual([
      good,
    ]);
  });
});
