import { describe, expect, test } from 'vitest';
import { createIncidentDesk } from '../../../src/app/telling/incident-desk.ts';
import type { Incident } from '../../../src/protocol/incident.ts';
import { anEpisode, anIncident } from '../../notify/scenes.ts';
import { openRig } from './telling-rig.ts';

const AT = Date.parse('2026-11-21T03:00:00Z');
const fires = (more: Partial<Incident> = {}): Incident =>
  anIncident({
    openedAt: AT,
    stateSince: AT,
    members: [anEpisode({ startsAt: '2026-11-21T02:58:00Z' })],
    ...more,
  });
const first = (title: string): string => title.split(' ')[0] ?? '';

describe('incidents and who is told of them', () => {
  test('one that is over before it has settled, or belongs to another by then, is told to nobody', async () => {
    const { world, desk, clock, ntfy, send } = await openRig();
    const incidents = createIncidentDesk(world, desk);
    await incidents.note(fires());
    await incidents.note(fires({ id: 'i-second' }));
    await incidents.pass();
    await clock.advance(4_000);
    await incidents.note(fires({ state: 'resolved', stateSince: AT + 4_000, resolvedAt: AT + 4_000 }));
    await incidents.note(fires({ id: 'i-second', foldedInto: 'i-root' }));
    await clock.advance(4_000);
    await incidents.pass();
    await send();
    expect([ntfy.messages, await desk.outbox.waiting()]).toEqual([[], []]);
  });

  test('each state is told once, however often it is noted, and by whichever process', async () => {
    const rig = await openRig();
    const { world, desk, clock, ntfy, telegram, mail, hook, send } = rig;
    const incidents = createIncidentDesk(world, desk);
    await incidents.note(fires());
    await clock.advance(6_000);
    for (let times = 0; times < 3; times += 1) {
      await incidents.pass();
      await incidents.note(fires({ deliveries: times }));
    }
    await send();
    // Killed and begun anew, and a run that reads the same book.
    const other = createIncidentDesk(world, await rig.again());
    await other.note(fires());
    await other.pass();
    await send();
    const acked = {
      state: 'acknowledged' as const,
      stateSince: AT + 9_000,
      acked: { by: 'anna', at: AT + 9_000, comment: null },
    };
    await incidents.note(fires(acked));
    await send();
    await incidents.note(fires({ state: 'resolved', stateSince: AT + 60_000, resolvedAt: AT + 60_000 }));
    await send();
    expect(ntfy.messages.map(({ title, priority }) => [first(title), priority])).toEqual([
      ['CRITICAL', 5],
      ['CRITICAL', 2],
      ['RECOVERED', 3],
    ]);
    expect(
      telegram.messages.map(({ text, edits, replyTo }) => [first(text), edits, replyTo === null]),
    ).toEqual([
      ['RECOVERED', 2, true],
      ['RECOVERED', 0, false],
    ]);
    expect(mail.mails.map(({ headers }) => first(headers.subject ?? ''))).toEqual(['CRITICAL', 'RECOVERED']);
    expect(hook.requests.length).toBe(3);
  });

  test('what a crash kept from being told is told when the next one begins', async () => {
    const rig = await openRig();
    const { world, clock, ntfy, send } = rig;
    await createIncidentDesk(world, rig.desk).note(fires());
    await clock.advance(60_000);
    const next = createIncidentDesk(world, rig.desk);
    await next.note(fires());
    await send();
    expect(ntfy.messages.map(({ title }) => title)).toEqual([
      'CRITICAL DiskFull on nuc1 since 02:58: steward has not looked yet',
    ]);
  });

  test('nobody is told twice that nobody answers, and nobody at all once somebody has it', async () => {
    const { world, desk, clock, hook, send } = await openRig({
      ...{ escalate_after: '15m', escalate_to: ['hook'], routes: { critical: ['phone'] } },
    });
    const incidents = createIncidentDesk(world, desk);
    await incidents.note(fires());
    await incidents.note(fires({ id: 'i-mine', title: 'Mine' }));
    await clock.advance(6_000);
    await incidents.pass();
    await incidents.note(fires({ id: 'i-mine', state: 'acknowledged', stateSince: AT + 7_000 }));
    for (let minute = 0; minute < 40; minute += 1) {
      await clock.advance(60_000);
      await incidents.pass();
    }
    await send();
    const told = hook.requests.map(({ body }) => (JSON.parse(body) as { headline: string }).headline);
    expect(told).toEqual([
      'CRITICAL DiskFull on nuc1 since 02:58: nobody has answered for 15m6s; steward has not looked yet',
    ]);
  });

  test('in quiet hours what is not critical waits, and of what is over by then only the end is told', async () => {
    const { world, desk, clock, ntfy, send } = await openRig({ quiet: ['22:00-07:00'] });
    const incidents = createIncidentDesk(world, desk);
    const minor = fires({ severity: 'warning', title: 'Load' });
    await incidents.note(minor);
    await incidents.note(fires({ id: 'i-2', severity: 'critical' }));
    await clock.advance(6_000);
    await incidents.pass();
    await send();
    expect(ntfy.messages.map(({ title }) => title.split(' ').slice(0, 2))).toEqual([
      ['CRITICAL', 'DiskFull'],
    ]);
    await incidents.note({ ...minor, state: 'resolved', stateSince: AT + 60_000, resolvedAt: AT + 60_000 });
    await clock.advance(4 * 3_600_000);
    await send();
    expect(ntfy.messages.slice(1).map(({ title }) => title)).toEqual([
      'RECOVERED Load on nuc1 after 3m (02:58 to 03:01): steward did nothing',
    ]);
  });
});
