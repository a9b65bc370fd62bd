import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startServing, untilIncidents } from '../system/serving.ts';
import { createBox } from '../system/steward.ts';
import { ownPort } from '../wire/own-port.ts';
import { startAlertmanager } from './alerts/daemons.ts';

const CONFIG = (webhook: string) => `route:
  receiver: steward
  group_by: [alertname]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 1h
receivers:
  - name: steward
    webhook_configs: [{ url: '${webhook}', send_resolved: true, max_alerts: 1 }]
`;

async function tell(alertmanager: string, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${alertmanager}/api/v2/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`Alertmanager said ${response.status}: ${await response.text()}`);
}

const fires = (alertname: string, instance: string) => ({
  labels: { alertname, instance, severity: 'warning' },
  annotations: {},
  startsAt: new Date().toISOString(),
  endsAt: new Date(Date.now() + 3_600_000).toISOString(),
});

it('is asked for what it left out, and whether somebody silenced it, before anybody is woken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'steward-asked-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const box = createBox();
  // Each has to know the other's address before it is started.
  const listen = `127.0.0.1:${await ownPort()}`;
  const alertmanager = await startAlertmanager(folder, CONFIG(`http://${listen}/alertmanager/home`));
  box.write(
    '.config/steward/steward.yaml',
    `intake: { alertmanagers: { home: { url: '${alertmanager}' } } }\n`,
  );
  await startServing(box, ['--listen', listen]);

  await tell(
    alertmanager,
    'alerts',
    ['a', 'b', 'c'].map((host) => fires('DiskFull', `${host}:9100`)),
  );
  await tell(alertmanager, 'alerts', [fires('Quiet', 'far:9100')]);
  // It was told while nobody had silenced it.
  await untilIncidents(box, (all) => all.some(({ title }) => title === 'Quiet'));
  await tell(alertmanager, 'silences', {
    matchers: [{ name: 'alertname', value: 'Quiet', isRegex: false, isEqual: true }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    createdBy: 'ada',
    comment: 'known',
  });
  const incidents = await untilIncidents(box, (all) => {
    const disk = all.find(({ title }) => title === 'DiskFull');
    const quiet = all.find(({ title }) => title === 'Quiet');
    return (
      disk?.runs[0]?.outcome != null && (quiet?.timeline ?? []).some(({ text }) => text.startsWith('no run'))
    );
  });
  const disk = incidents.find(({ title }) => title === 'DiskFull');
  expect(disk).toMatchObject({ missing: 0, deliveries: 1 });
  expect(disk?.members.map(({ status }) => status)).toEqual(['firing', 'firing', 'firing']);
  const quiet = incidents.find(({ title }) => title === 'Quiet');
  expect(quiet).toMatchObject({ state: 'open', runs: [] });
  expect(quiet?.timeline.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^no run: the Alertmanager says that it is suppressed \(silence [\da-f-]+\)$/),
  );
});
