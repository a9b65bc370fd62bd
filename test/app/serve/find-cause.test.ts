import { expect, it } from 'vitest';
import { findCause } from '../../../src/app/serve/find-cause.ts';
import { createMemoryStore } from '../../../src/host/index.ts';
import { applyInputs, EMPTY_BOOK, JOIN_RULES } from '../../../src/incidents/index.ts';
import type { Effect } from '../../../src/protocol/effect.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';
import { createRunLog } from '../../../src/runs/index.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { delivery, NOW, reading, taken } from '../../incidents/deliveries.ts';
import { openedEvent } from '../../runs/scripted-run.ts';

const MINUTE_MS = 60_000;

function decided(command: string, effect: Effect, unit: string): RunEvent {
  const target = { kind: 'unit' as const, name: unit };
  const about = { step: 'C1', origin: 'tool' as const, command, effect, target };
  return { type: 'step.decided', ...about, verdict: 'allow', decision: 'allow', rule: 'r', reason: 'r' };
}

/** An incident about db.service on nuc1, which begins to fire so long after a run did these things. */
async function causeOf(events: RunEvent[], laterMs: number) {
  const store = createMemoryStore('a test');
  const clock = createFakeClock({ now: NOW - laterMs });
  const log = await createRunLog({ store, run: RUN, clock, mask: (text) => text });
  for (const event of [
    openedEvent(RUN, { trigger: { kind: 'timer', payload: null, parent: null, depth: 1 } }),
    ...events,
  ]) {
    log.record(event);
  }
  await log.sync();
  log.close();
  const labels = { alertname: 'UnitFailed', unit: 'db.service', host: 'nuc1' };
  const book = applyInputs(EMPTY_BOOK, [taken(delivery([reading('a', { labels })]))], JOIN_RULES);
  const [incident] = [...book.incidents.values()];
  return incident === undefined ? null : findCause(store, incident);
}

const RUN = '00000000-0000-4000-8000-000000000001';
const restart = decided('systemctl restart db.service', 'reversible', 'db.service');

it('is the run that changed the unit a short while before', async () => {
  expect(await causeOf([restart], 5 * MINUTE_MS)).toMatchObject({
    run: RUN,
    depth: 1,
    command: 'systemctl restart db.service',
  });
});

it.each([
  ['changed it long before', [restart], 60 * MINUTE_MS],
  ['only looked', [decided('systemctl status db.service', 'observe', 'db.service')], MINUTE_MS],
  ['changed another', [decided('systemctl restart web.service', 'reversible', 'web.service')], MINUTE_MS],
])('is no run that %s', async (_, events, laterMs) => {
  expect(await causeOf(events, laterMs)).toBeNull();
});
