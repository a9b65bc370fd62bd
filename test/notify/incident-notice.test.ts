import { describe, expect, test } from 'vitest';
import { escalationNotice, incidentNotice, plainBody, plainLine } from '../../src/notify/index.ts';
import type { Incident } from '../../src/protocol/incident.ts';
import { aFinding, anEpisode, anIncident, aStory, MINUTE, NOW, SCENE, SECRET } from './scenes.ts';

const headline = (incident: Incident, story = null as ReturnType<typeof aStory> | null): string | null => {
  const notice = incidentNotice({ incident, folded: 0, story, link: null }, SCENE);
  return notice === null ? null : plainLine(notice.headline);
};

describe('the first line of an incident', () => {
  test('says what, where, since when and what steward did, in each state', () => {
    const at = (state: Incident['state'], more: Partial<Incident> = {}) =>
      anIncident({ state, stateSince: NOW, ...more });
    const over = { resolvedAt: NOW };
    const story = aStory();
    expect([
      headline(at('open')),
      headline(at('open', { reopened: 2 })),
      headline(at('investigating')),
      headline(at('investigated'), story),
      headline(
        at('investigated'),
        aStory({ outcome: 'fixed', reason: 'fixed', did: ['systemctl restart x'] }),
      ),
      headline(at('investigated'), aStory({ reason: 'rolled-back' })),
      headline(at('investigated'), aStory({ outcome: 'needs-approval', reason: 'parked' })),
      headline(at('investigated'), aStory({ outcome: 'stopped', reason: 'usd' })),
      headline(at('acknowledged', { acked: { by: 'anna', at: NOW, comment: null } })),
      headline(at('resolved', over), story),
      headline(at('resolved', { ...over, acked: { by: 'anna', at: NOW, comment: null } })),
      headline(at('expired', over)),
      headline(at('closed', over)),
    ]).toEqual([
      'CRITICAL DiskFull on nuc1 since 02:14: steward has not looked yet',
      'CRITICAL DiskFull on nuc1 since 02:14, again: steward has not looked yet',
      null,
      'CRITICAL DiskFull on nuc1 since 02:14: steward looked, changed nothing, and leaves it to you',
      'CRITICAL DiskFull on nuc1 since 02:14: steward fixed it and checked that it holds',
      'CRITICAL DiskFull on nuc1 since 02:14: steward tried a change, it did not hold, and the old state is back',
      'CRITICAL DiskFull on nuc1 since 02:14: steward proposes a change and waits for your answer',
      'CRITICAL DiskFull on nuc1 since 02:14: steward stopped, its budget is spent',
      'CRITICAL DiskFull on nuc1 since 02:14: anna has it',
      'RECOVERED DiskFull on nuc1 after 46m (02:14 to 03:00): steward looked, changed nothing, and leaves it to you',
      'RECOVERED DiskFull on nuc1 after 46m (02:14 to 03:00): anna had it',
      'SILENT DiskFull on nuc1 after 46m (02:14 to 03:00), nobody says that it ended: steward did nothing',
      'CLOSED DiskFull on nuc1 after 46m (02:14 to 03:00): steward did nothing',
    ]);
  });

  test('of what comes and goes is heard three times, and then only read', () => {
    const at = (reopened: number, state: 'open' | 'resolved') =>
      incidentNotice(
        {
          incident: anIncident({ reopened, state, stateSince: NOW, resolvedAt: NOW }),
          folded: 0,
          story: null,
          link: null,
        },
        SCENE,
      );
    const heard = [0, 1, 2, 3, 4, 5].map((reopened) =>
      [at(reopened, 'open'), at(reopened, 'resolved')].map((one) => `${one?.kind} ${one?.isLoud}`),
    );
    expect(heard).toEqual([
      ['opened true', 'recovered true'],
      ['again true', 'recovered true'],
      ['again true', 'recovered true'],
      ['again true', 'changed false'],
      ['changed false', 'changed false'],
      ['changed false', 'changed false'],
    ]);
    expect(plainLine(at(3, 'open')?.headline ?? [])).toBe(
      'CRITICAL DiskFull on nuc1 since 02:14, for the 4th time: steward has not looked yet. From now on its coming and going is told in silence.',
    );
  });

  test('names the source where no machine is named, the day where it was another, and counts machines', () => {
    expect([
      headline(anIncident({ hosts: [] })),
      headline(anIncident({ hosts: ['nuc1', 'nuc2', 'nuc3'] })),
      headline(anIncident({ members: [anEpisode({ startsAt: '2026-11-18T09:00:00Z' })] })),
      headline(anIncident({ members: [anEpisode({ startsAt: '2031-01-01T00:00:00Z' })] })),
      headline(anIncident({ about: 'heartbeat', severity: null, title: 'Watchdog' })),
    ]).toEqual([
      'CRITICAL DiskFull from main since 02:14: steward has not looked yet',
      'CRITICAL DiskFull on nuc1 and 2 more since 02:14: steward has not looked yet',
      'CRITICAL DiskFull on nuc1 since 2026-11-18 10:00: steward has not looked yet',
      'CRITICAL DiskFull on nuc1 since 02:15: steward has not looked yet',
      'CRITICAL Watchdog on nuc1 since 02:14: steward has not looked yet',
    ]);
  });

  test('of what nobody answered says for how long', () => {
    const told = { incident: anIncident(), folded: 0, story: null, link: null };
    const notice = escalationNotice(told, NOW - 15 * MINUTE, SCENE);
    expect(plainLine(notice.headline)).toBe(
      'CRITICAL DiskFull on nuc1 since 02:14: nobody has answered for 15m; steward has not looked yet',
    );
    expect([notice.kind, notice.isLoud, notice.key]).toEqual([
      'escalated',
      true,
      'incident:i-0123456789ab:escalated:0',
    ]);
  });
});

describe('an incident in a message', () => {
  test('shows what fired, what belongs to it, what was found and done, and how to answer', () => {
    const story = aStory({
      summary: 'The journal grew.\nIt was not rotated.',
      did: ['journalctl --vacuum-size=1G'],
      failed: ['systemctl restart x'],
      parked: ['a-7f3k9q2w'],
    });
    const members = [anEpisode(), anEpisode({ fingerprint: 'b', status: 'resolved' })];
    const incident = anIncident({ state: 'investigated', members, missing: 3 });
    const notice = incidentNotice(
      { incident, folded: 12, story, link: 'https://s.example/incidents/i' },
      SCENE,
    );
    expect(notice === null ? null : plainBody(notice)).toBe(
      [
        '> nuc1:9100: /var is 97% full',
        '1 of 5 alerts fire; 12 more incidents belong to it so far.',
        '',
        'Found:',
        '- critical: File system /var is 97% full (since 02:14)',
        'Done:',
        '- journalctl --vacuum-size=1G',
        'Tried, and not done or not known:',
        '- systemctl restart x',
        'Waits for your answer: a-7f3k9q2w',
        'What the model says of it:',
        '> The journal grew.',
        '> It was not rotated.',
        'All of it: steward runs show 3a7c4a58',
        '',
        'Say that you have it: steward incidents ack i-0123456789ab',
        '',
        'https://s.example/incidents/i',
      ].join('\n'),
    );
  });

  test('holds no secret, no line of its own making and no address to follow, whoever wrote it', () => {
    const evil = `nuc1\nCRITICAL fake on you\u202e\u001b[31m ${SECRET} https://evil.example/x www.evil.com evil.com a@evil.com`;
    const incident = anIncident({
      title: evil,
      severity: evil,
      hosts: [evil],
      members: [anEpisode({ labels: { instance: evil }, annotations: { summary: evil } })],
      acked: { by: evil, at: NOW, comment: evil },
      state: 'investigated',
    });
    const story = aStory({ summary: evil, did: [evil], message: evil, findings: [aFinding({ text: evil })] });
    const notice = incidentNotice({ incident, folded: 0, story, link: null }, SCENE);
    const text = notice === null ? '' : `${plainLine(notice.headline)}\n${plainBody(notice)}`;
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('://');
    expect(text).not.toMatch(/evil\.com|@evil|[\u202e\u001b]/);
    const fakes = text.split('\n').filter((line) => line.startsWith('CRITICAL fake'));
    expect(fakes).toEqual([]);
    expect(text).toContain('[masked:');
  });

  test('has the same key for the same state, and another for the next', () => {
    const key = (more: Partial<Incident>) =>
      incidentNotice({ incident: anIncident(more), folded: 0, story: null, link: null }, SCENE)?.key;
    expect(key({})).toBe(key({ deliveries: 7, duplicates: 3, updatedAt: NOW + 1 }));
    const keys = [{}, { stateSince: NOW }, { state: 'acknowledged' as const }, { foldedInto: 'i-root' }].map(
      key,
    );
    expect(new Set(keys).size).toBe(4);
  });
});
