import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordedBody, recordedNames } from '../triggers/payloads.ts';
import { alertBody, listIncidents, startServing, untilIncidents } from './serving.ts';
import { createBox } from './steward.ts';

const NO_RUNS = ['--no-runs'];

describe('steward serve', () => {
  it('takes what real Alertmanagers sent, and joins it by group', async () => {
    const box = createBox();
    const serving = await startServing(box, NO_RUNS);
    // As one group over time, and everything once more: as a retry would bring it.
    const inOrder = ['firing-grouped-am0.25', 'partly-resolved-am0.25', 'resolved-am0.25'];
    const names = [
      ...inOrder,
      ...recordedNames().filter((name) => !inOrder.includes(name) && name.includes('0.25')),
    ];
    for (const name of [...names, ...names]) {
      const answer = await serving.post('/alertmanager/main', recordedBody(name));
      expect([name, answer.status]).toEqual([name, 202]);
    }
    const incidents = await untilIncidents(
      box,
      (all) => sum(all.map(({ deliveries }) => deliveries)) === names.length * 2,
    );
    const disk = incidents.find(({ title }) => title === 'DiskFull');
    expect(disk).toMatchObject({
      state: 'resolved',
      source: 'main',
      group_key: '{}:{alertname="DiskFull"}',
      folded_into: null,
    });
    expect(
      disk?.members.map(({ fingerprint, startsAt, status }) => [fingerprint, startsAt, status]).sort(),
    ).toEqual([
      ['0bd8b0848506f43c', '2026-11-21T10:43:21Z', 'resolved'],
      ['9c01d290ac7f3ee4', '2026-11-21T10:43:21Z', 'resolved'],
    ]);
    expect([disk?.deliveries, disk?.duplicates, disk?.runs]).toEqual([6, 3, []]);
    expect(new Set(incidents.map(({ group_key: key }) => key)).size).toBe(incidents.length);
  });

  it('says no before it reads, by name', async () => {
    const box = createBox({ STEWARD_INTAKE_TOKEN: 'a-token-of-ours' });
    box.write('.config/steward/steward.yaml', 'intake: { sources: [main] }\n');
    const serving = await startServing(box, NO_RUNS);
    const auth = { authorization: 'Bearer a-token-of-ours' };
    const basic = { authorization: `Basic ${Buffer.from('am:a-token-of-ours').toString('base64')}` };
    const huge = 'x'.repeat(5 * 1024 * 1024);
    // The answer reaches also whoever is in the middle of writing, each time.
    for (let times = 0; times < 20; times += 1) {
      expect((await serving.post('/alertmanager/main', huge)).status).toBe(401);
    }
    const answers = [
      await serving.post('/alertmanager/main', huge),
      await serving.post('/alertmanager/main', '{}', { authorization: 'Bearer another' }),
      await serving.post('/nothing', '{}'),
      await serving.post('/nothing', '{}', auth),
      await serving.post('/alertmanager/other', alertBody('A'), auth),
      await serving.post('/alertmanager/main', huge, auth),
      await serving.post('/alertmanager/main', 'nonsense', auth),
      await serving.post('/alertmanager/main', '{"alerts":[{"status":"firing"}]}', auth),
      await serving.post('/alertmanager/main', alertBody('A'), auth),
      await serving.post('/alertmanager/main', alertBody('A'), basic),
    ].map(({ status, body }) => [status, body.field ?? null]);
    expect(answers).toEqual([
      ...[401, 401, 401].map((status) => [status, null]),
      ...[404, 403, 413].map((status) => [status, null]),
      [400, ''],
      [400, 'alerts[0].startsAt'],
      [202, null],
      [202, null],
    ]);
    expect((await fetch(`${serving.url}/alertmanager/main`, { headers: auth })).status).toBe(405);
    expect((await fetch(`${serving.url}/healthz`)).status).toBe(200);
  });

  it('listens beyond loopback only with a token', async () => {
    const box = createBox();
    for (const listen of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0']) {
      const { code, stderr } = await box.run(['serve', '--listen', listen]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('there is no token')]);
    }
    const wrong = await box.run(['serve', '--listen', 'here']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('is not HOST:PORT')]);
    const serving = await startServing(box, ['--listen', '0.0.0.0:0', ...NO_RUNS], {
      env: { STEWARD_INTAKE_TOKEN: 'a-token' },
    });
    serving.child.kill('SIGTERM');
    expect((await serving.ended).code).toBe(0);
  });

  it('is the only one of its state folder', async () => {
    const box = createBox();
    await startServing(box, NO_RUNS);
    const second = await box.run(['serve', '--listen', '127.0.0.1:0']);
    expect(second.stderr).toContain('another steward keeps the incidents');
    expect(second.code).not.toBe(0);
  });

  it('killed, answers for everything that it acknowledged', async () => {
    const box = createBox();
    const acknowledged = new Set<string>();
    for (let round = 0; round < 4; round++) {
      const serving = await startServing(box, NO_RUNS);
      const killedAfter = 5 + round * 7;
      const sending = Array.from({ length: 40 }, async (_, index) => {
        const name = `Alert${round}x${index}`;
        try {
          const { status } = await serving.post('/alertmanager/main', alertBody(name));
          if (status === 202) acknowledged.add(name);
          if (acknowledged.size >= killedAfter) serving.child.kill('SIGKILL');
        } catch {
          // It was killed before it answered: nothing is promised.
        }
      });
      await Promise.all(sending);
      serving.child.kill('SIGKILL');
      await serving.ended;
    }
    expect(acknowledged.size).toBeGreaterThan(5);
    await startServing(box, NO_RUNS);
    const incidents = await untilIncidents(box, (all) => {
      const titles = new Set(all.map(({ title }) => title));
      return [...acknowledged].every((name) => titles.has(name));
    });
    expect(new Set(incidents.map(({ group_key: key }) => key)).size).toBe(incidents.length);
  });

  it('lets operators acknowledge, close and report while it runs, and when it does not', async () => {
    const box = createBox();
    const serving = await startServing(box, NO_RUNS);
    await serving.post('/alertmanager/main', recordedBody('hostile-annotations-am0.25'));
    const [one] = await untilIncidents(box, (all) => all.length === 1);
    const id = one?.id ?? '';
    const acked = await box.run(['incidents', 'ack', id, '--comment', 'mine', '--json']);
    expect(JSON.parse(acked.stdout)).toMatchObject({
      state: 'acknowledged',
      acknowledged: { comment: 'mine' },
    });
    const shown = await box.run(['incidents', 'show', id]);
    expect(shown.stdout).toContain('acknowledged');
    // What it says may stand there; it must not steer a terminal, or pass for Markdown of ours.
    const report = await box.run(['incidents', 'report', id]);
    expect(report.stdout).toContain('## Timeline');
    expect(report.stdout).not.toContain('\u001b');
    expect(report.stdout).not.toContain('<!--');
    serving.child.kill('SIGTERM');
    expect((await serving.ended).code).toBe(0);
    const closed = await box.run(['incidents', 'close', id, '--json']);
    expect(JSON.parse(closed.stdout)).toMatchObject({ id, state: 'closed' });
    expect((await listIncidents(box)).map(({ state }) => state)).toEqual(['closed']);
    const missing = await box.run(['incidents', 'show', 'i-none']);
    expect([missing.code, missing.stderr]).toEqual([42, expect.stringContaining('there is no incident')]);
  });

  it('begins one run for the root of a storm, with the alert as data, and ends it in order', async () => {
    const box = createBox();
    const serving = await startServing(box);
    const names = Array.from({ length: 200 }, (_, index) => `Storm${index}`);
    await Promise.all(names.map((name) => serving.post('/alertmanager/main', alertBody(name))));
    const incidents = await untilIncidents(box, (all) =>
      all.some(({ runs }) => runs.some(({ outcome }) => outcome !== null)),
    );
    expect(incidents).toHaveLength(names.length);
    const roots = incidents.filter(({ folded_into: root }) => root === null);
    expect(roots).toHaveLength(1);
    expect(incidents.filter(({ runs }) => runs.length > 0).map(({ id }) => id)).toEqual([roots[0]?.id]);
    // Most of it is Node's own; that of a storm is not kept.
    const status = readFileSync(`/proc/${serving.child.pid}/status`, 'utf8');
    expect(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024).toBeLessThan(200);
    const [{ run } = { run: '' }] = roots[0]?.runs ?? [];
    const events = (await box.run(['runs', 'show', run, '--json'])).stdout;
    const opened = JSON.parse(events.split('\n')[0] ?? '').event;
    expect(opened).toMatchObject({
      type: 'run.opened',
      goal: 'incident',
      trigger: { kind: 'alert', payload: { incident: roots[0]?.id } },
    });
    const report = await box.run(['incidents', 'report', roots[0]?.id ?? '']);
    expect(report.stdout).toContain(`### ${run}`);
    expect(report.stdout).toContain('## Folded into this');
    serving.child.kill('SIGTERM');
    expect((await serving.ended).code).toBe(0);
    const listed = await box.run(['runs', 'list', '--goal', 'incident', '--json']);
    expect(JSON.parse(listed.stdout)).toHaveLength(1);
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
