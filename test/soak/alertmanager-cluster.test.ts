import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { faultyProbe } from '../system/faulty-probe.ts';
import { listIncidents, type Serving, startServing, untilIncidents } from '../system/serving.ts';
import { createBox } from '../system/steward.ts';
import { ownPort } from '../wire/own-port.ts';
import { startBadLine } from './alerts/bad-line.ts';
import { startPair } from './alerts/daemons.ts';
import { seeded } from './kill/seeded.ts';

const isFull = process.env.STEWARD_SOAK === 'full';
const DELIVERIES = isFull ? 10_000 : 120;
const GROUPS = isFull ? 80 : 30;
const KILL_EVERY_MS = 3_000;
const SEED = 17;

const CONFIG = (webhook: string) => `route:
  receiver: steward
  group_by: [alertname]
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 2s
receivers:
  - name: steward
    webhook_configs: [{ url: '${webhook}', send_resolved: true }]
`;

interface Told {
  group: string;
  startsAt: Date;
}

/** As Prometheus does: to each of them. */
async function tell(pair: readonly string[], told: readonly Told[], isFiring: boolean): Promise<void> {
  const endsAt = new Date(Date.now() + (isFiring ? 3_600_000 : 0));
  const alerts = told.map(({ group, startsAt }) => ({
    labels: { alertname: group, instance: `${group}:9100`, severity: 'critical' },
    ...{ annotations: {}, startsAt, endsAt },
  }));
  for (const url of alerts.length === 0 ? [] : pair) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers,
      body: JSON.stringify(alerts),
    });
    if (!response.ok) throw new Error(`Alertmanager said ${response.status}: ${await response.text()}`);
  }
}

it(`two Alertmanagers that gossip lose and double nothing in ${DELIVERIES} deliveries, nor a run`, async () => {
  const random = seeded(SEED);
  const folder = mkdtempSync(join(tmpdir(), 'steward-pair-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const box = createBox();
  box.write(
    '.config/steward/goals/look.md',
    '---\ndescription: Look.\nprobes: [calm]\nautonomy: observe\ngate: never\n---\nLook.\n',
  );
  box.write('.config/steward/context/calm.yaml', faultyProbe(`[printf, '\\n']`));
  const rules = 'rules: [{ match: { alertname: "*" }, goal: look }]';
  box.write('.config/steward/steward.yaml', `incidents: { cooldown: 5s, runs_per_hour: 500, ${rules} }\n`);
  const line = await startBadLine(random);
  const pair = await startPair(folder, CONFIG(`${line.url}/alertmanager/main`));
  const listen = ['--listen', `127.0.0.1:${await ownPort()}`];
  let serving: Serving = await startServing(box, listen);
  line.target = serving.url;

  // What flaps is left to end by itself for some minutes; this one stays, and all else belongs to it.
  const steady = { group: 'Steady', startsAt: new Date() };
  await tell(pair, [steady], true);
  await untilIncidents(box, (all) => all.length > 0);
  const firing = new Map<string, Told>([['Steady', steady]]);
  let kills = 0;
  let lastKill = performance.now();
  while (line.came < DELIVERIES || kills === 0) {
    const begun: Told[] = [];
    const ended: Told[] = [];
    for (let step = 0; step < 8; step++) {
      const group = `G${Math.floor(random() * GROUPS)}`;
      const before = firing.get(group);
      const told = before ?? { group, startsAt: new Date() };
      if (before !== undefined && random() < 0.3) firing.delete(group);
      else firing.set(group, told);
      (firing.has(group) ? begun : ended).push(told);
    }
    await tell(pair, begun, true);
    await tell(pair, ended, false);
    if (performance.now() - lastKill > KILL_EVERY_MS) {
      serving.child.kill('SIGKILL');
      await serving.ended;
      serving = await startServing(box, listen);
      kills += 1;
      lastKill = performance.now();
    }
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  // It has been looked into before all of it ends; into what came again, or was cut off, five minutes later.
  const isLookedInto = ({ runs }: { runs: { outcome: string | null }[] }) =>
    runs.some(({ outcome }) => outcome !== null);
  await untilIncidents(box, (all) => all.some(isLookedInto), 400_000);
  line.isGood = true;
  await tell(pair, [...firing.values()], false);
  const isOver = ({ state, runs }: { state: string; runs: { outcome: string | null }[] }) =>
    state === 'resolved' && runs.every(({ outcome }) => outcome !== null);
  const incidents = await untilIncidents(box, (all) => all.length > 0 && all.every(isOver), 400_000);
  console.log(
    `${line.came} deliveries, ${line.yes.length} taken, ${kills} kills, ${incidents.length} incidents`,
    line.faults,
  );

  const episodes = incidents.flatMap(({ group_key: group, members }) =>
    members.map(({ fingerprint, startsAt }) => `${group} ${fingerprint} ${Date.parse(startsAt)}`),
  );
  expect(new Set(episodes).size).toBe(episodes.length);
  const known = new Set(episodes);
  const lost = line.yes.flatMap(({ groupKey, alerts }) =>
    alerts
      .map(({ fingerprint, startsAt }) => `${groupKey} ${fingerprint} ${Date.parse(startsAt)}`)
      .filter((key) => !known.has(key)),
  );
  expect(lost).toEqual([]);
  expect(new Set(incidents.map(({ group_key: key }) => key)).size).toBe(incidents.length);
  expect(incidents.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBeGreaterThan(0);

  // Each run that was begun belongs to one incident, and no incident had two at a time or one twice.
  const logged = JSON.parse((await box.run(['runs', 'list', '--json', '--limit', '1000'])).stdout) as {
    run: string;
  }[];
  const begun = (await listIncidents(box)).flatMap(({ runs }) => runs.map(({ run }) => run));
  expect(new Set(begun).size).toBe(begun.length);
  expect(logged.map(({ run }) => run).sort()).toEqual([...begun].sort());
  expect(begun.length).toBeGreaterThan(0);
  expect(kills).toBeGreaterThan(0);
});
