import { expect, test } from 'vitest';
import { tellChanges } from '../../../src/app/serve/tell-changes.ts';
import { createMemoryStore } from '../../../src/host/index.ts';
import { JOIN_RULES, openIncidents } from '../../../src/incidents/index.ts';
import type { Incident } from '../../../src/protocol/incident.ts';
import { delivery, NOW, reading, taken } from '../../incidents/deliveries.ts';

test('tells of each change of an incident, in order, with what it was before', async () => {
  const told: [string | null, string][] = [];
  const writer = tellChanges(
    await openIncidents(createMemoryStore('a test'), JOIN_RULES),
    {
      begin: async () => {},
      incidentChanged: async (before, after) => void told.push([before?.state ?? null, after.state]),
    },
    () => {},
  );

  await writer.append([taken(delivery([reading('aa')]))]);
  const id = idOf(writer.book().incidents.values());
  await writer.append([{ at: NOW + 1, type: 'run.planned', incident: id, run: 'r1' }]);
  await writer.append([{ at: NOW + 2, type: 'time.passed', awakeSince: NOW }]);
  await writer.append([{ at: NOW + 3, type: 'operator.closed', incident: id, by: 'ada', comment: null }]);

  expect(told).toEqual([
    [null, 'open'],
    ['open', 'investigating'],
    ['investigating', 'closed'],
  ]);
});

test('goes on with incidents where nobody can be told, and says so', async () => {
  const lines: string[] = [];
  const writer = tellChanges(
    await openIncidents(createMemoryStore('a test'), JOIN_RULES),
    {
      begin: async () => {},
      incidentChanged: async () => {
        throw new Error('the outbox is full');
      },
    },
    (line) => lines.push(line),
  );

  await writer.append([taken(delivery([reading('aa')]))]);

  const id = idOf(writer.book().incidents.values());
  expect(lines).toEqual([`cannot tell of ${id}: the outbox is full`]);
});

function idOf(incidents: Iterable<Incident>): string {
  return [...incidents][0]?.id ?? '';
}
