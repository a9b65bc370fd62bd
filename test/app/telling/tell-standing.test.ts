import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { assert, asyncProperty, constantFrom, string } from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createIncidentDesk } from '../../../src/app/telling/incident-desk.ts';
import { tellApprovals, tellDigest, tellElsewhere } from '../../../src/app/telling/tell-standing.ts';
import { createApprovals, type Proposal } from '../../../src/approvals/index.ts';
import { createMemoryStore } from '../../../src/host/index.ts';
import { runNotice } from '../../../src/notify/index.ts';
import { aFinding, aNotice, anEpisode, anIncident, aStory } from '../../notify/scenes.ts';
import { makeSocketFolder } from '../../socket-folder.ts';
import { openRig } from './telling-rig.ts';

const HOUR = 3_600_000;
const isFull = process.env.STEWARD_SOAK === 'full';
const proposal = (more: Partial<Proposal> = {}): Proposal => ({
  ...{
    rule: 'change',
    target: 'nginx.service',
    title: 'Restart nginx',
    why: null,
    evidence: [],
    effect: 'disruptive',
  },
  ...{ steps: ['systemctl restart nginx.service'], undo: [null], preconditions: [], digest: 'd1' },
  ...{ run: 'r1', change: 'X1', cwd: '/' },
  ...more,
});
// As it was parked; no message reads it.
const PARKED = { change: { title: 'Restart nginx' }, source: '' } as never;

describe('approvals and who is told of them', () => {
  test('one that is asked for again and again is one message and one reminder, and its end is told', async () => {
    const rig = await openRig();
    const { world, desk, clock, ntfy, telegram, send } = rig;
    const approvals = createApprovals(world);
    const ids = new Set<string>();
    for (let hour = 0; hour < 9; hour += 1) {
      ids.add((await approvals.propose(proposal(), PARKED)).approval.id);
      await tellApprovals(world, desk, new Set());
      await tellApprovals(world, await rig.again(), new Set());
      await send();
      await clock.advance(HOUR);
    }
    const [id = ''] = ids;
    expect(ids.size).toBe(1);
    expect(ntfy.messages.map(({ title }) => title.split(' Restart')[0])).toEqual(['APPROVAL', 'STILL WAITS']);
    expect(ntfy.messages[0]?.click).toMatch(
      new RegExp(`^https://steward\\.example\\.org/approvals/${id}\\?k=[\\w-]+$`),
    );
    const at = world.clock.now();
    await approvals.answer(id, { kind: 'deny', by: 'anna', uid: 1000, at, comment: null, digest: 'd1' });
    await tellApprovals(world, desk, new Set());
    await send();
    expect(ntfy.shown().map(({ title }) => title)).toEqual([
      `DENIED Restart nginx of nginx.service on ${world.host.hostname} since 03:00 by anna at 12:00: steward does nothing`,
    ]);
    expect(telegram.messages.map(({ text }) => text.split(' Restart')[0])).toEqual(['DENIED', 'STILL WAITS']);
  });

  test('one that waits at the executor is one message and one reminder too, and its end is told', async () => {
    const rig = await openRig();
    const { desk, clock, ntfy, send } = rig;
    const there = createApprovals({ ...rig.world, store: createMemoryStore('the executor keeps its own') });
    const folder = makeSocketFolder();
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const socket = join(folder, 'executor.sock');
    const server = createServer((connection) => {
      connection.once('data', async () => {
        const done = { say: 'done', run: null, head: null, outcome: null, end: null, message: null };
        const lines = [
          { say: 'approvals', approvals: await there.list() },
          { ...done, approval: null },
        ];
        connection.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      });
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    onTestFinished(() => void server.close());
    const world = { ...rig.world, settings: { ...rig.world.settings, executor: socket } };
    const { approval } = await there.propose(proposal(), PARKED);
    for (let hour = 0; hour < 9; hour += 1) {
      await tellElsewhere(world, desk, new Set());
      await send();
      await clock.advance(HOUR);
    }
    expect(ntfy.messages.map(({ title }) => title.split(' Restart')[0])).toEqual(['APPROVAL', 'STILL WAITS']);
    const at = clock.now();
    await there.answer(approval.id, {
      ...{ kind: 'deny' as const, by: 'anna', uid: 1000, at, comment: null, digest: 'd1' },
    });
    await tellElsewhere(world, desk, new Set());
    await send();
    expect(ntfy.shown().map(({ title }) => title)).toEqual([
      expect.stringMatching(/^DENIED Restart nginx of nginx\.service/),
    ]);
  });

  test('another plan takes the place of the first, and what nobody heard of ends in silence', async () => {
    const { world, desk, ntfy, send } = await openRig();
    const approvals = createApprovals(world);
    await approvals.propose(proposal(), PARKED);
    await tellApprovals(world, desk, new Set());
    await send();
    await approvals.propose(proposal({ digest: 'd2', steps: ['systemctl reload nginx.service'] }), PARKED);
    await tellApprovals(world, desk, new Set());
    const { approval } = await approvals.propose(proposal({ target: 'x', digest: 'd3' }), PARKED);
    const at = world.clock.now();
    await approvals.answer(approval.id, { kind: 'deny', by: 'b', uid: 1, at, comment: null, digest: 'd3' });
    await tellApprovals(world, desk, new Set());
    await send();
    expect(ntfy.messages.length).toBe(2);
    expect(ntfy.shown().map(({ message }) => message.split('\n')[1])).toEqual([
      '1. systemctl reload nginx.service',
    ]);
  });
});

describe('the digest', () => {
  test('is sent once a day with what came before, also when it was cut off in the middle', async () => {
    const rig = await openRig({ digest_to: ['post'] });
    const { world, desk, clock, mail, send } = rig;
    const put = (number: number) =>
      desk.put(
        aNotice({
          key: `k${number}`,
          thread: `t${number}`,
          severity: 'info',
          at: clock.now(),
          headline: [`thing ${number}`],
        }),
      );
    await put(1);
    await clock.advance(1);
    await put(2);
    await tellDigest(world, desk);
    expect(await desk.outbox.waiting()).toEqual([]);
    await clock.advance(6 * HOUR);
    await put(3);
    const { digest } = desk.outbox;
    // Killed before it could remove what it had sent.
    const cut = {
      ...desk,
      outbox: { ...desk.outbox, removeFromDigest: () => Promise.reject(new Error('killed')) },
    };
    await expect(tellDigest(world, cut)).rejects.toThrow('killed');
    await tellDigest(world, desk);
    await send();
    expect(mail.mails.map(({ text }) => text.match(/thing \d/g))).toEqual([['thing 1', 'thing 2']]);
    expect((await digest()).map(({ notice }) => notice.key)).toEqual(['k3']);
    await clock.advance(24 * HOUR);
    await tellDigest(world, desk);
    await send();
    expect(mail.mails.map(({ text }) => text.match(/thing \d/g))).toEqual([
      ['thing 1', 'thing 2'],
      ['thing 3'],
    ]);
  });
});

describe('secrets', () => {
  test('that stand in alerts, findings, commands and answers never reach a wire, nor the outbox', {
    timeout: isFull ? 300_000 : 60_000,
  }, async () => {
    const { world, desk, clock, ntfy, telegram, mail, hook, secrets, send, lines } = await openRig();
    const incidents = createIncidentDesk(world, desk);
    const token = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
    const known = [...secrets, token];
    let number = 0;
    const around = constantFrom(
      'password=',
      'Authorization: Bearer ',
      'https://root:',
      '',
      '"token":"',
      "-p '",
    );
    await assert(
      asyncProperty(
        string({ unit: 'binary', maxLength: 40 }),
        around,
        constantFrom(...known),
        async (noise, before, secret) => {
          number += 1;
          const evil = `${noise} ${before}${secret}@x ${noise}`;
          const since = clock.now() - 60_000;
          const incident = anIncident({
            ...{ id: `i-${number}`, title: evil, severity: evil, hosts: [evil], source: evil },
            ...{
              openedAt: since,
              stateSince: since,
              members: [anEpisode({ labels: { instance: evil, x: evil }, annotations: { summary: evil } })],
            },
          });
          await incidents.note(incident);
          const story = aStory({
            run: `r-${number}`,
            summary: evil,
            did: [evil],
            failed: [evil],
            message: evil,
            findings: [aFinding({ key: evil, text: evil })],
          });
          const made = runNotice(story, null, desk.scene());
          if (made !== null) await desk.put(made.notice, JSON.stringify(made.said));
          await send();
        },
      ),
      { numRuns: isFull ? 60 : 5 },
    );
    expect(number).toBeGreaterThanOrEqual(5);
    const wires = [
      ntfy.messages,
      telegram.messages,
      mail.mails,
      hook.requests.map(({ body }) => body),
      lines,
    ];
    const disk = await Promise.all([desk.outbox.told(500), desk.outbox.waiting(), desk.outbox.digest()]);
    const all = JSON.stringify([wires, disk]);
    expect(mail.mails.length).toBeGreaterThan(0);
    expect(known.filter((secret) => all.includes(secret))).toEqual([]);
    expect(all).toContain('[masked:');
  });
});
