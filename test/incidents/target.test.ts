import { describe, expect, it } from 'vitest';
import { applyInputs, dueRuns, EMPTY_BOOK, JOIN_RULES, RUN_RULES } from '../../src/incidents/index.ts';
import type { Intake } from '../../src/protocol/delivery.ts';
import type { IncidentBook, IncidentInput } from '../../src/protocol/incident.ts';
import { delivery, NOW, reading, taken } from './deliveries.ts';

const RULES = { ...JOIN_RULES, names: { own: 'nuc1', aliases: {} } };
const HOUR_MS = 3_600_000;
const apply = (inputs: IncidentInput[], book: IncidentBook = EMPTY_BOOK) => applyInputs(book, inputs, RULES);
const listOf = (book: IncidentBook) => [...book.incidents.values()];
const due = (book: IncidentBook, at: number) =>
  dueRuns(book, at, { ...RUN_RULES, atOnce: 9 }).map(({ incident }) => incident.groupKey);

interface Told {
  units: string[];
  ended?: string[];
  startsAt?: string;
  endsAt?: string;
  instance?: string;
}

/** As a group by alert name. */
function alerts(
  name: string,
  { units, ended = [], instance = 'nuc1.lan:9100', ...times }: Told,
  at: number,
): IncidentInput {
  const { startsAt = new Date(at).toISOString(), endsAt = new Date(at).toISOString() } = times;
  const told = [...units, ...ended].map((unit) => {
    const labels = { alertname: name, name: unit, instance };
    const isOver = ended.includes(unit);
    return reading(`${name}-${unit}`, {
      labels,
      startsAt,
      ...(isOver ? { status: 'resolved' as const, endsAt } : {}),
    });
  });
  return taken(delivery(told, { groupKey: name, groupLabels: { alertname: name } }), at);
}

/** As systemd tells it, or a goal's run. */
function told(intake: Intake, unit: string, at: number, isOver = false): IncidentInput {
  const labels = { alertname: 'UnitFailed', unit, host: 'nuc1' };
  const startsAt = new Date(at).toISOString();
  const alert = reading(
    `${intake}-${unit}`,
    isOver ? { labels, status: 'resolved', endsAt: startsAt } : { labels, startsAt },
  );
  const group = { groupKey: `${intake}:${unit}`, groupLabels: { unit } };
  return taken(delivery([alert], { intake, source: 'nuc1', ...group }), at);
}

describe('one object', () => {
  it('is one incident, one run and one thread, whoever tells of it and hours apart', () => {
    const book = apply([
      told('unit', 'postgresql.service', NOW),
      alerts('UnitFailed', { units: ['postgresql.service'] }, NOW + HOUR_MS),
      told('finding', 'postgresql.service', NOW + 2 * HOUR_MS),
      alerts(
        'PostgresDown',
        { units: ['postgresql.service'], instance: 'localhost:9100' },
        NOW + 3 * HOUR_MS,
      ),
    ]);
    const [root, ...others] = listOf(book);
    expect(root).toMatchObject({
      groupKey: 'unit:postgresql.service',
      targets: ['unit:postgresql.service@nuc1'],
      foldedInto: null,
    });
    expect(others.map(({ foldedInto, foldedBy }) => [foldedInto, foldedBy])).toEqual(
      others.map(() => [root?.id, 'target']),
    );
    expect(others).toHaveLength(3);
    expect(due(book, NOW + 4 * HOUR_MS)).toEqual(['unit:postgresql.service']);
  });

  it('of another machine, or another unit of this one an hour later, is another incident', () => {
    const book = apply([
      told('unit', 'a.service', NOW),
      alerts('A', { units: ['a.service'], instance: 'nuc2:9100' }, NOW + 1_000),
      alerts('B', { units: ['b.service'] }, NOW + HOUR_MS),
    ]);
    expect(listOf(book).map(({ foldedInto }) => foldedInto)).toEqual([null, null, null]);
  });

  it('does not hide a second one that comes to its group later', () => {
    const first = apply([
      told('unit', 'a.service', NOW),
      alerts('Failed', { units: ['a.service'] }, NOW + HOUR_MS),
    ]);
    expect(listOf(first)[1]).toMatchObject({ foldedBy: 'target' });
    const startsAt = new Date(NOW + HOUR_MS).toISOString();
    const grown = apply(
      [alerts('Failed', { units: ['a.service', 'b.service'], startsAt }, NOW + 2 * HOUR_MS)],
      first,
    );
    expect(listOf(grown)[1]).toMatchObject({
      foldedInto: null,
      foldedBy: null,
      targets: ['unit:a.service@nuc1.lan', 'unit:b.service@nuc1.lan'],
    });
    expect(due(grown, NOW + 3 * HOUR_MS)).toContain('Failed');
  });

  it('that is in a group with others is not looked into again by itself', () => {
    const book = apply([
      alerts('Failed', { units: ['a.service', 'b.service'] }, NOW),
      told('unit', 'b.service', NOW + HOUR_MS),
    ]);
    const [group, unit] = listOf(book);
    expect([unit?.foldedInto, unit?.foldedBy]).toEqual([group?.id, 'target']);
  });

  it('runs again when whoever watches it says so, and not by an older word', () => {
    const failed = apply([
      alerts('Failed', { units: ['a.service'] }, NOW),
      told('unit', 'a.service', NOW + 60_000),
    ]);
    const startsAt = new Date(NOW).toISOString();
    const over = (endsAt: number) =>
      apply(
        [
          alerts(
            'Failed',
            { units: [], ended: ['a.service'], startsAt, endsAt: new Date(endsAt).toISOString() },
            NOW + 180_000,
          ),
        ],
        failed,
      );
    expect(listOf(over(NOW + 120_000)).map(({ state }) => state)).toEqual(['resolved', 'resolved']);
    expect(listOf(over(NOW + 30_000)).map(({ state }) => state)).toEqual(['resolved', 'open']);
  });
});
