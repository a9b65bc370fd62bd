import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentOfWall, readMoment } from '../../src/lib/moment.ts';
import { namedZone } from '../fakes/zone.ts';

const berlin = namedZone('Europe/Berlin');
const now = Date.parse('2026-11-21T18:30:00+01:00');
const at = (text: string, from = now): string | undefined => {
  const said = readMoment(text, from, berlin);
  return said === undefined ? undefined : new Date(said.at).toISOString();
};

describe('a moment as people say it', () => {
  it.each([
    ['now', '2026-11-21T17:30:00.000Z'],
    ['yesterday at 14:00', '2026-11-20T13:00:00.000Z'],
    ['yesterday 14:00', '2026-11-20T13:00:00.000Z'],
    ['Today', '2026-11-20T23:00:00.000Z'],
    ['9:30', '2026-11-21T08:30:00.000Z'],
    ['monday at 9:30', '2026-11-16T08:30:00.000Z'],
    ['saturday 00:00', '2026-11-13T23:00:00.000Z'],
    ['2h ago', '2026-11-21T15:30:00.000Z'],
    ['1h 30m ago', '2026-11-21T16:00:00.000Z'],
    ['2026-07-01 12:00', '2026-07-01T10:00:00.000Z'],
    ['2026-07-01', '2026-06-30T22:00:00.000Z'],
    ['2026-07-01T12:00:00Z', '2026-07-01T12:00:00.000Z'],
    ['2026-07-01T12:00:00+02:00', '2026-07-01T10:00:00.000Z'],
    ['2026-07-01 12:00:00 +02:00', '2026-07-01T10:00:00.000Z'],
    ['2026-07-01 12:00 Z', '2026-07-01T12:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(at(text)).toBe(expected);
  });

  it.each([
    '',
    'soon',
    '25:00',
    '2026-13-01',
    '2026-02-30',
    'someday 12:00',
    '12',
    '-1h ago',
    'yesterday 14:61',
    'ago',
    '2026-02-30T12:00:00Z',
    '2026-07-01 25:00 +02:00',
  ])('is not "%s"', (text) => {
    expect(at(text)).toBeUndefined();
  });

  it('is the first of two where clocks go back, and as much later where they go forward', () => {
    expect(at('2026-10-25 02:30')).toBe('2026-10-25T00:30:00.000Z');
    expect(at('2026-03-29 02:30')).toBe('2026-03-29T01:30:00.000Z');
    expect(readMoment('2026-10-25 02:30', now, berlin)).toMatchObject({
      again: Date.parse('2026-10-25T01:30:00Z'),
      isLeftOut: false,
    });
    expect(at('2026-10-25 02:30 +01:00')).toBe('2026-10-25T01:30:00.000Z');
    expect(readMoment('2026-03-29 02:30', now, berlin)).toMatchObject({ again: null, isLeftOut: true });
    const monday = Date.parse('2026-10-26T10:00:00+01:00');
    expect(at('yesterday 14:00', monday)).toBe('2026-10-25T13:00:00.000Z');
  });

  it('is half an hour that comes twice, or is left out, where clocks change by that much', () => {
    const lordHowe = namedZone('Australia/Lord_Howe');
    const iso = (text: string) => {
      const said = readMoment(text, now, lordHowe);
      return [said?.at, said?.again].map((ms) => (ms == null ? ms : new Date(ms).toISOString()));
    };
    expect(iso('2026-04-05 01:45')).toEqual(['2026-04-04T14:45:00.000Z', '2026-04-04T15:15:00.000Z']);
    expect(iso('2026-04-05 01:29')).toEqual(['2026-04-04T14:29:00.000Z', null]);
    expect(iso('2026-10-04 02:15')).toEqual(['2026-10-03T15:45:00.000Z', null]);
    expect(readMoment('2026-10-04 02:15', now, lordHowe)?.isLeftOut).toBe(true);
  });

  it('is shown by clocks as it was said, wherever that hour exists', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'].map(
      namedZone,
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 1_700_000_000, max: 1_900_000_000 }),
        (zone, seconds) => {
          const ms = seconds * 1000;
          const wall = ms + zone.aheadMinutes(ms) * 60_000;
          const { at, again, isLeftOut } = momentOfWall(wall, zone);
          expect(at + zone.aheadMinutes(at) * 60_000).toBe(wall);
          expect([at, again]).toContain(ms);
          expect(isLeftOut).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });
});
