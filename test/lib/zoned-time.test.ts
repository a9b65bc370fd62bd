import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatZonedTime } from '../../src/lib/zoned-time.ts';
import { namedZone } from '../fakes/zone.ts';

test.each([
  ['UTC', '2026-01-03 10:38:47 +00:00'],
  ['Europe/Berlin', '2026-01-03 11:38:47 +01:00'],
  ['America/St_Johns', '2026-01-03 07:08:47 -03:30'],
])('in %s it is %s', (zone, text) => {
  expect(formatZonedTime(Date.UTC(2026, 0, 3, 10, 38, 47), namedZone(zone))).toBe(text);
});

test('tells the two hours apart in which a clock is set back', () => {
  expect(formatZonedTime(Date.UTC(2025, 9, 26, 0, 30), namedZone('Europe/Berlin'))).toBe(
    '2025-10-26 02:30:00 +02:00',
  );
  expect(formatZonedTime(Date.UTC(2025, 9, 26, 1, 30), namedZone('Europe/Berlin'))).toBe(
    '2025-10-26 02:30:00 +01:00',
  );
});

test('reads back as the same second', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4_102_444_800 }),
      fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/New_York'),
      (second, zone) => {
        const text = formatZonedTime(second * 1_000, namedZone(zone));
        expect(Date.parse(text.replace(' ', 'T').replace(' ', ''))).toBe(second * 1_000);
      },
    ),
  );
});
