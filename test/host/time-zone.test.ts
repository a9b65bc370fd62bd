import { afterEach, describe, expect, it } from 'vitest';
import { readTimeZone } from '../../src/host/index.ts';
import { namedZone } from '../fakes/zone.ts';

const before = process.env.TZ;
afterEach(() => {
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

/** Node moves to another zone when its variable is set. */
function enter(name: string) {
  process.env.TZ = name;
  return readTimeZone(process.env);
}

const MOMENTS = [
  Date.UTC(2026, 0, 3),
  Date.UTC(2026, 6, 3),
  Date.UTC(2025, 9, 26, 0, 30),
  Date.UTC(2001, 2, 4),
];

describe('the zone of this process', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'America/Argentina/Ushuaia'])(
    'is %s, as Intl has it',
    (name) => {
      const zone = enter(name);
      const wanted = namedZone(name);
      expect(zone.name).toBe(name);
      expect(MOMENTS.map(zone.aheadMinutes)).toEqual(MOMENTS.map(wanted.aheadMinutes));
    },
  );

  it.each(['No/Such_Zone', ':Europe/Berlin', 'CET-1CEST', ''])(
    'takes the name of Intl for TZ=%j',
    (value) => {
      expect(enter(value).name).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'unknown');
    },
  );

  it('is that of the machine without the variable', () => {
    delete process.env.TZ;
    expect(namedZone(readTimeZone(process.env).name).aheadMinutes(MOMENTS[0] ?? 0)).toBe(
      0 - new Date(MOMENTS[0] ?? 0).getTimezoneOffset(),
    );
  });
});
