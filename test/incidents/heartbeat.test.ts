import { describe, expect, it } from 'vitest';
import { applyInputs, EMPTY_BOOK, JOIN_RULES } from '../../src/incidents/index.ts';
import type { IncidentBook, IncidentInput } from '../../src/protocol/incident.ts';
import { delivery, NOW, reading, taken } from './deliveries.ts';

const MINUTE_MS = 60_000;
const apply = (inputs: IncidentInput[], book: IncidentBook = EMPTY_BOOK) =>
  applyInputs(book, inputs, JOIN_RULES);
const listOf = (book: IncidentBook) => [...book.incidents.values()];
const beat = (at: number, status: 'firing' | 'resolved' = 'firing') =>
  taken(
    delivery([reading('w', { labels: { alertname: 'Watchdog' }, status })], { groupKey: 'watchdog' }),
    at,
  );
const tick = (at: number, awakeSince = NOW): IncidentInput => ({ at, type: 'time.passed', awakeSince });
const everyFiveMinutes = [0, 5, 10, 15].map((minutes) => beat(NOW + minutes * MINUTE_MS));

describe('a heartbeat', () => {
  it('is no incident while it beats', () => {
    expect(listOf(apply([...everyFiveMinutes, tick(NOW + 20 * MINUTE_MS)]))).toEqual([]);
  });

  it('that does not come is the incident, and ends when it beats again', () => {
    const silent = apply([...everyFiveMinutes, tick(NOW + 27 * MINUTE_MS)]);
    expect(listOf(silent)).toMatchObject([
      { state: 'open', about: 'heartbeat', title: 'Watchdog absent', source: 'am' },
    ]);
    const still = apply([tick(NOW + 200 * MINUTE_MS)], silent);
    expect(listOf(still)).toHaveLength(1);
    const back = apply([beat(NOW + 201 * MINUTE_MS)], still);
    expect(listOf(back)).toMatchObject([
      { state: 'resolved', members: [{ status: 'resolved', ended: 'told' }] },
    ]);
  });

  it('that is told as ended has stopped', () => {
    const stopped = apply([...everyFiveMinutes, beat(NOW + 16 * MINUTE_MS, 'resolved')]);
    expect(listOf(stopped)).toMatchObject([{ state: 'open', about: 'heartbeat' }]);
  });

  it('is not missed for the time in which nobody could hear it', () => {
    const woken = NOW + 300 * MINUTE_MS;
    expect(listOf(apply([...everyFiveMinutes, tick(woken + MINUTE_MS, woken)]))).toEqual([]);
    expect(listOf(apply([...everyFiveMinutes, tick(woken + 20 * MINUTE_MS, woken)]))).toHaveLength(1);
  });

  it('that came once is waited for as long as repeats take where nobody set anything', () => {
    expect(listOf(apply([beat(NOW), tick(NOW + 260 * MINUTE_MS)]))).toEqual([]);
    expect(listOf(apply([beat(NOW), tick(NOW + 280 * MINUTE_MS)]))).toHaveLength(1);
  });

  it('beside other alerts of its group leaves them what they are', () => {
    const mixed = delivery([reading('w', { labels: { alertname: 'Watchdog' } }), reading('a')]);
    expect(listOf(apply([taken(mixed)]))).toMatchObject([{ members: [{ fingerprint: 'a' }] }]);
  });
});
