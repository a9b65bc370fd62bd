import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runOnHost } from '../lab/host.ts';
import { listIncidents, type Serving, startServing, untilIncidents } from '../system/serving.ts';
import { createBox } from '../system/steward.ts';
import { ownPort } from '../wire/own-port.ts';
import { startBadLine } from './alerts/bad-line.ts';
import { programsFolder, startAlertmanager, startPrometheus } from './alerts/daemons.ts';
import { seeded } from './kill/seeded.ts';

const isFull = process.env.STEWARD_SOAK === 'full';
const DELIVERIES = isFull ? 10_000 : 1_000;
const GROUPS = 120;
const KILL_EVERY_MS = 6_000;
const SEED = 6;

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'steward-alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const route = (webhook: string, timing: string) => `route:
  receiver: steward
  group_by: [alertname]
  ${timing}
receivers:
  - name: steward
    webhook_configs: [{ url: '${webhook}', send_resolved: true }]
`;

describe('a real Alertmanager', () => {
  it(`loses and doubles nothing in ${DELIVERIES} deliveries over a bad line to a steward that is killed`, async () => {
    const random = seeded(SEED);
    const box = createBox();
    const line = await startBadLine(random);
    const timing = 'group_wait: 1s\n  group_interval: 1s\n  repeat_interval: 2s';
    const alertmanager = await startAlertmanager(scratch(), route(`${line.url}/alertmanager/main`, timing));
    const port = await ownPort();
    const listen = ['--no-runs', '--listen', `127.0.0.1:${port}`];
    let serving: Serving = await startServing(box, listen);
    line.target = serving.url;
    let kills = 0;
    const kill = async (): Promise<void> => {
      serving.child.kill('SIGKILL');
      await serving.ended;
      serving = await startServing(box, listen);
      kills += 1;
    };

    const firing = new Map<string, Told>();
    let lastKill = performance.now();
    while (line.came < DELIVERIES || kills === 0) {
      // Each turn some begin and some end, so that groups grow, shrink, end and come back.
      for (let step = 0; step < 15; step++) {
        const group = `G${Math.floor(random() * GROUPS)}`;
        const instance = `node${Math.floor(random() * 3)}:9100`;
        const key = `${group} ${instance}`;
        const before = firing.get(key);
        const alert = before ?? { group, instance, startsAt: new Date() };
        if (before !== undefined && random() < 0.4) firing.delete(key);
        else firing.set(key, alert);
        await tell(alertmanager, alert, firing.has(key));
      }
      if (performance.now() - lastKill > KILL_EVERY_MS) {
        await kill();
        lastKill = performance.now();
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    line.isGood = true;
    for (const alert of firing.values()) await tell(alertmanager, alert, false);
    const incidents = await untilIncidents(
      box,
      (all) => all.length > 0 && all.every(({ state }) => state === 'resolved'),
      120_000,
    );
    console.log(
      `${line.came} deliveries, ${line.yes.length} taken, ${kills} kills, ${incidents.length} incidents`,
      line.faults,
    );

    const episodes = incidents.flatMap(({ group_key: group, members }) =>
      members.map(({ fingerprint, startsAt }) => `${group} ${fingerprint} ${instant(startsAt)}`),
    );
    expect(new Set(episodes).size).toBe(episodes.length);
    const known = new Set(episodes);
    const lost = line.yes.flatMap(({ groupKey, alerts }) =>
      alerts
        .map(({ fingerprint, startsAt }) => `${groupKey} ${fingerprint} ${instant(startsAt)}`)
        .filter((key) => !known.has(key)),
    );
    expect(lost).toEqual([]);
    // All of it lasted less than the quiet that makes a new incident: a group has one.
    expect(new Set(incidents.map(({ group_key: key }) => key)).size).toBe(incidents.length);
    const counted = incidents.reduce((sum, { deliveries }) => sum + deliveries, 0);
    expect(counted).toBeGreaterThanOrEqual(line.yes.length);
    expect(kills).toBeGreaterThan(0);
    expect(Object.keys(line.faults)).toEqual(
      expect.arrayContaining(['5xx before', '5xx after', 'dropped after', 'slow']),
    );
  });
});

describe('a real Prometheus', () => {
  it('tells through a real Alertmanager what goes away and comes back, and reads our metrics', async () => {
    const box = createBox();
    await box.run(['run', 'health-check']);
    const serving = await startServing(box, ['--no-runs']);
    const timing = 'group_wait: 1s\n  group_interval: 1s\n  repeat_interval: 4s';
    const alertmanager = await startAlertmanager(
      scratch(),
      route(`${serving.url}/alertmanager/home`, timing),
    );
    const port = await ownPort();
    const targets = { node: `127.0.0.1:${port}`, steward: new URL(serving.url).host };
    const rules = `groups:
  - name: test
    rules:
      - { alert: InstanceDown, expr: 'up == 0', for: 1s, labels: { severity: critical } }
      - { alert: Watchdog, expr: 'vector(1)' }
`;
    const prometheus = await startPrometheus(scratch(), { alertmanager, targets, rules });
    const [down] = await untilIncidents(box, (all) => all.some(({ title }) => title === 'InstanceDown'));
    expect(down).toMatchObject({ state: 'open', source: 'home', members: [{ status: 'firing' }] });
    const node = createServer((_, response) => void response.end('up_to_date 1\n'));
    await new Promise<void>((resolve) => node.listen(port, '127.0.0.1', resolve));
    onTestFinished(() => {
      node.closeAllConnections();
      node.close();
    });
    await untilIncidents(box, ([one]) => one?.state === 'resolved');
    // The one that always fires is no incident, and is known to beat.
    expect((await listIncidents(box)).map(({ title }) => title)).toEqual(['InstanceDown']);
    const metrics = await (await fetch(`${serving.url}/metrics`)).text();
    const [, lastBeat = '0'] = /^steward_heartbeat_last_seconds (\S+)$/m.exec(metrics) ?? [];
    expect(Date.now() / 1_000 - Number(lastBeat)).toBeLessThan(600);
    expect(metrics).toMatch(/^steward_goal_last_run_timestamp_seconds\{goal="health-check"\} \d+/m);
    const checked = await runOnHost([join(await programsFolder(), 'promtool'), 'check', 'metrics'], {
      input: metrics,
    });
    expect(checked).toEqual({ code: 0, stdout: '', stderr: '' });
    const asked = await fetch(`${prometheus}/api/v1/query?query=steward_incidents{state="resolved"}`);
    expect(JSON.stringify(await asked.json())).toContain('steward_incidents');
  });
});

interface Told {
  group: string;
  instance: string;
  startsAt: Date;
}

async function tell(alertmanager: string, told: Told, isFiring: boolean): Promise<void> {
  const { group, instance, startsAt } = told;
  const endsAt = new Date(Date.now() + (isFiring ? 3_600_000 : 0));
  const labels = { alertname: group, instance, severity: 'warning' };
  const alert = { labels, annotations: {}, startsAt, endsAt };
  const response = await fetch(`${alertmanager}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([alert]),
  });
  if (!response.ok) throw new Error(`Alertmanager said ${response.status}: ${await response.text()}`);
}

/** As canonical as steward keeps it: no trailing zeros. */
function instant(startsAt: string): string {
  const [whole = '', fraction = ''] = startsAt.replace('Z', '').split('.');
  const digits = fraction.replace(/0+$/, '');
  return digits === '' ? whole : `${whole}.${digits}`;
}
