import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadManUnits, letTimersGoOff, untilNoTimer } from './dead-man-timers.ts';
import { bootLab, LAB_SETTINGS, type Lab } from './lab.ts';

const CONF = '/etc/ssh/sshd_config';
const OLD = 'Port 22\n';

/** A way into the machine: with another port whoever came through it is gone, steward among them. */
const SSH = `#!/bin/sh
if grep -q 'Port 2222' ${CONF}; then pkill -KILL -f cli.mjs; fi
grep -q 'Port 9999' ${CONF} && exit 3
exec sleep infinity
`;

let lab: Lab;

beforeAll(async () => {
  lab = await bootLab('dead-man');
  await lab.write('/usr/local/bin/way-in', SSH);
  await lab.must(['chmod', '755', '/usr/local/bin/way-in']);
  await lab.write(
    '/etc/systemd/system/ssh.service',
    '[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/usr/local/bin/way-in\n',
  );
  await lab.must(['systemctl', 'daemon-reload']);
});
afterAll(() => lab?.down());

/** `deadMan`: long enough for whatever the machine around the lab is busy with. */
async function begin(deadMan = '10m'): Promise<void> {
  await lab.write('/etc/steward/steward.yaml', `${LAB_SETTINGS}changes: { dead_man: ${deadMan} }\n`);
  await lab.write(CONF, OLD);
  await lab.run(['systemctl', 'reset-failed', 'ssh']);
  await lab.must(['systemctl', 'restart', 'ssh']);
}

const change = (port: string, wanted = port): string => `title: Another port
apply:
  - edit: { file: ${CONF}, find: 'Port 22', replace: 'Port ${port}' }
  - run: systemctl restart ssh
verify:
  - run: grep -qx 'Port ${wanted}' ${CONF}
    for: 0s
  - run: systemctl is-active ssh
    for: 500ms
`;

async function run(text: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await lab.write('/root/change.yaml', text);
  return lab.steward(['change', 'run', '/root/change.yaml', '--yes', '--output-format', 'json']);
}

const conf = () => lab.must(['cat', CONF]);
const active = async () => (await lab.run(['systemctl', 'is-active', 'ssh'])).stdout.trim();
describe('a change of the way into this machine', () => {
  it('that kills its own steward is undone by the timer, without steward, and `recover` proves the old state', async () => {
    await begin('15s');
    const cut = await run(change('2222'));
    expect(cut.stdout).toBe('');
    expect(await conf()).toBe('Port 2222\n');
    expect(await deadManUnits(lab)).toContain('steward-deadman-');
    await untilNoTimer(lab);
    expect(await conf()).toBe(OLD);
    expect(await active()).toBe('active');
    const { code, stdout } = await lab.steward(['recover', '--json']);
    expect({ code, recovered: JSON.parse(stdout).recovered }).toMatchObject({
      code: 0,
      recovered: [{ end: 'rolled-back' }],
    });
    expect(await conf()).toBe(OLD);
    expect(await active()).toBe('active');
  });

  it('that is verified stays, also when its timer goes off', async () => {
    await begin();
    const { code, stdout, stderr } = await run(change('2200'));
    expect(code, stdout + stderr).toBe(0);
    expect(await deadManUnits(lab)).toContain('steward-deadman-');
    await letTimersGoOff(lab);
    expect(await conf()).toBe('Port 2200\n');
    expect(await active()).toBe('active');
  });

  it('that does not hold is rolled back at once, and its timer changes nothing more', async () => {
    await begin();
    const { code, stdout } = await run(change('9999'));
    expect(code, stdout).toBe(58);
    expect(await conf()).toBe(OLD);
    await letTimersGoOff(lab);
    expect(await conf()).toBe(OLD);
    expect(await active()).toBe('active');
  });

  it('leaves what somebody else has written meanwhile', async () => {
    await begin();
    await run(change('2222'));
    await lab.write(CONF, 'Port 2222\n# by hand\n');
    await letTimersGoOff(lab);
    expect(await conf()).toBe('Port 2222\n# by hand\n');
    const { code, stdout } = await lab.steward(['recover', '--json']);
    expect({ code, recovered: JSON.parse(stdout).recovered }).toMatchObject({
      code: 60,
      recovered: [{ end: 'escalated', message: expect.stringContaining('somebody else') }],
    });
  });

  it('that sshd itself would refuse is not begun (the real sshd, where it can look)', async () => {
    await begin();
    await lab.must(['install', '-d', '-m', '0755', '/run/sshd']);
    const { code, stdout } = await run(change('99999'));
    await lab.must(['rmdir', '/run/sshd']);
    expect(code, stdout).toBe(42);
    expect(stdout).toContain('Badly formatted port number');
    expect(await conf()).toBe(OLD);
  });

  it('asks even where an edit would not: the plan says by what the machine is reached, and when it comes back', async () => {
    await begin();
    await lab.write('/root/change.yaml', change('2200'));
    const { stdout } = await lab.steward(['change', 'check', '/root/change.yaml', '--json']);
    expect(JSON.parse(stdout).planned).toMatchObject({ effect: 'disruptive' });
  });
});
