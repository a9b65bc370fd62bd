import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListedIncident } from '../system/serving.ts';
import { until } from './host.ts';
import { bootLab, LAB_SETTINGS, type Lab, STEWARD } from './lab.ts';

const STATE = '/var/lib/watch';
const ENV = { HOME: '/root', STEWARD_STATE_DIR: STATE };
let lab: Lab;

beforeAll(async () => {
  lab = await bootLab('on-failure');
  await lab.write('/etc/steward/steward.yaml', `${LAB_SETTINGS}incidents: { settle: 1s }\n`);
  const script = readFileSync(join(import.meta.dirname, '../../triggers/on-failure'), 'utf8');
  await lab.write('/usr/local/bin/on-failure', script);
  await lab.must(['chmod', '755', '/usr/local/bin/on-failure']);
  await lab.write(
    '/etc/systemd/system/steward-failure@.service',
    '[Service]\nType=oneshot\nExecStart=/usr/local/bin/on-failure %i\n',
  );
  await install('late', 'ExecStart=/bin/sh -c "test -e /run/mended"', 'Type=oneshot');
  await install(
    'looping',
    `ExecStart=/bin/sh -c 'echo "the store is of a newer version"; exit 3'`,
    'Restart=always\nRestartSec=100ms',
  );
  await install('broken', `ExecStart=/bin/sh -c 'echo "cannot bind 0.0.0.0:80"; exit 4'`, 'Type=oneshot');
  await lab.must(['systemctl', 'daemon-reload']);
  // What it said before, in another invocation, is no evidence for this one.
  await lab.run(['systemd-cat', '-t', 'broken', 'echo', 'an older word']);
  const options = [`-EHOME=/root`, `-ESTEWARD_STATE_DIR=${STATE}`, '--unit=watch', '--collect'];
  await lab.must(['systemd-run', '--quiet', ...options, STEWARD, 'serve']);
  await until('serve', async () => {
    const { stdout } = await lab.run(['journalctl', '-u', 'watch', '-o', 'cat']);
    return stdout.includes('listens on') ? true : undefined;
  });
});
afterAll(() => lab?.down());

function install(name: string, exec: string, more: string): Promise<void> {
  const told = name === 'late' ? '' : 'OnFailure=steward-failure@%n.service\n';
  const unit = `[Unit]\n${told}StartLimitBurst=3\nStartLimitIntervalSec=60\n[Service]\n${more}\n${exec}\n`;
  return lab.write(`/etc/systemd/system/${name}.service`, unit);
}

async function incidentOf(unit: string): Promise<ListedIncident | undefined> {
  const listed = await lab.steward(['incidents', 'list', '--json'], { env: ENV });
  const { incidents } = JSON.parse(listed.stdout) as { incidents: ListedIncident[] };
  return incidents.find(({ group_key: key }) => key === `unit:${unit}.service`);
}

/** What the run of its incident was told at its beginning. */
async function payloadOf(unit: string): Promise<Record<string, unknown>> {
  const run = await until(`a run for ${unit}`, async () => {
    const [first] = (await incidentOf(unit))?.runs ?? [];
    return first?.outcome == null ? undefined : first.run;
  });
  const shown = await lab.steward(['runs', 'show', run, '--json'], { env: ENV });
  const opened = JSON.parse(shown.stdout.split('\n')[0] ?? '') as {
    event: { trigger: { payload: Record<string, unknown> } };
  };
  return opened.event.trigger.payload;
}

describe('a unit that fails', () => {
  it('and is well again when steward hears of it wakes nobody', async () => {
    expect((await lab.run(['systemctl', 'start', 'late'])).code).not.toBe(0);
    await lab.must(['touch', '/run/mended']);
    await lab.must(['systemctl', 'start', 'late']);
    await lab.must(['/usr/local/bin/on-failure', 'late.service']);
    const over = await until('its end', async () => {
      const one = await incidentOf('late');
      return one?.state === 'resolved' ? one : undefined;
    });
    expect(over.runs).toEqual([]);
  });

  it('comes with its state now, and the log of that invocation', async () => {
    await lab.run(['systemctl', 'start', 'broken']);
    const payload = await payloadOf('broken');
    expect(payload).toMatchObject({
      unit: 'broken.service',
      unit_state: { ActiveState: 'failed', Result: 'exit-code', ExecMainStatus: '4' },
      invocation: expect.stringMatching(/^[\da-f]{32}$/),
    });
    expect(payload.log).toContain('cannot bind 0.0.0.0:80');
    expect(payload.log).not.toContain('an older word');
    // The handler sent the same along, for a steward that cannot ask this machine.
    const [{ annotations } = { annotations: {} }] = payload.failures as {
      annotations: Record<string, string>;
    }[];
    expect(annotations).toMatchObject({
      result: 'exit-code',
      log: expect.stringContaining('cannot bind 0.0.0.0:80'),
    });
    const one = await incidentOf('broken');
    await lab.steward(['incidents', 'close', one?.id ?? ''], { env: ENV });
  });

  it('again and again, until systemd gives up, comes with the words of the last that began', async () => {
    await lab.run(['systemctl', 'start', 'looping']);
    const payload = await payloadOf('looping');
    expect(payload).toMatchObject({ unit: 'looping.service', unit_state: { ActiveState: 'failed' } });
    expect(`${payload.log}${payload.log_before ?? ''}`).toContain('the store is of a newer version');
    expect((await incidentOf('looping'))?.runs).toHaveLength(1);
  });
});
