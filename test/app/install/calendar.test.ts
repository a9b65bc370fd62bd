import { describe, expect, it } from 'vitest';
import { readCalendar } from '../../../src/app/install/calendar.ts';

/** As systemd 252 says it. */
const HOURLY = `  Original form: hourly
Normalized form: *-*-* *:00:00
    Next elapse: Sat 2026-11-21 20:00:00 UTC
       From now: 59min left
       Iter. #2: Sat 2026-11-21 21:00:00 UTC
       From now: 1h 59min left
       Iter. #3: Sat 2026-11-21 22:00:00 UTC
`;
const says =
  (code: number, stdout: string, stderr = '') =>
  async () => ({ code, stdout, stderr });

describe('readCalendar', () => {
  it('is how far apart the times are', async () => {
    expect(await readCalendar('hourly', says(0, HOURLY))).toBe(3_600_000);
    // As systemd 257 says it.
    const newer = HOURLY.replaceAll('Iter. #', 'Iteration #');
    expect(await readCalendar('hourly', says(0, newer))).toBe(3_600_000);
  });

  it('refuses what systemd does not know, and what comes once', async () => {
    await expect(readCalendar('nope', says(1, '', "Failed to parse 'nope'"))).rejects.toMatchObject({
      code: 'bad-calendar',
      hint: expect.stringContaining("Failed to parse 'nope'"),
    });
    const once = HOURLY.split('\n').slice(0, 3).join('\n');
    await expect(readCalendar('2099-01-01', says(0, once))).rejects.toThrow('does not come again');
    await expect(readCalendar('x', says(127, ''))).rejects.toMatchObject({ code: 'no-systemd' });
  });
});
