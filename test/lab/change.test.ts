import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootLab, LAB_SETTINGS, type Lab, STEWARD } from './lab.ts';

const UNIT = 'shop.service';
const CONF = '/etc/shop.conf';

/** A service that reads its settings when it starts, and dies of a line that it does not know. */
const PROGRAM = `#!/bin/sh
grep -q '^colour=' ${CONF} && { echo "shop: unknown setting: colour" >&2; exit 3; }
. ${CONF}
echo "shop: open on $port"
exec sleep infinity
`;

const GOOD = 'port=80\n';
const BROKEN = 'port=80\ncolour=red\n';

let lab: Lab;

beforeAll(async () => {
  lab = await bootLab('change');
  await lab.write('/usr/local/bin/shop', PROGRAM);
  await lab.must(['chmod', '755', '/usr/local/bin/shop']);
  await lab.write(
    `/etc/systemd/system/${UNIT}`,
    `[Unit]\nDescription=A shop\nStartLimitIntervalSec=0\n[Service]\nExecStart=/usr/local/bin/shop\n[Install]\nWantedBy=multi-user.target\n`,
  );
  await lab.must(['systemctl', 'daemon-reload']);
  await lab.write('/etc/steward/steward.yaml', LAB_SETTINGS);
});
afterAll(() => lab?.down());

async function begin(text: string): Promise<void> {
  await lab.write(CONF, text);
  await lab.run(['systemctl', 'stop', UNIT]);
  await lab.run(['systemctl', 'reset-failed', UNIT]);
  await lab.run(['systemctl', 'start', UNIT]);
}

/** `active` is also what a service is called whose program has begun and has not died yet. */
async function hasFailed(): Promise<void> {
  await expect.poll(active, { timeout: 20_000 }).toBe('failed');
}

const conf = () => lab.must(['cat', CONF]);
const active = async () => (await lab.run(['systemctl', 'is-active', UNIT])).stdout.trim();

async function change(text: string): Promise<{ code: number | null; result: Record<string, unknown> }> {
  await lab.write('/root/change.yaml', text);
  const { code, stdout, stderr } = await lab.steward([
    ...['change', 'run', '/root/change.yaml', '--yes', '--output-format', 'json'],
  ]);
  expect(stdout, stderr).toMatch(/^\{/);
  return { code, result: JSON.parse(stdout) as Record<string, unknown> };
}

const MEND = `title: Take the unknown setting out
targets: [${UNIT}]
apply:
  - edit: { file: ${CONF}, find: "colour=red\\n", replace: "" }
  - run: systemctl restart ${UNIT}
verify:
  - run: systemctl is-active ${UNIT}
    within: 10s
    for: 1s
`;

/** The same, but it makes things worse: the service runs now, and will not with this. */
const WORSEN = `title: Colour it
targets: [${UNIT}]
apply:
  - write: { file: ${CONF}, text: "port=80\\ncolour=red\\n" }
  - run: systemctl restart ${UNIT}
verify:
  - run: systemctl is-active ${UNIT}
    within: 3s
    for: 1s
`;

describe('a change of a unit, in a booted system', () => {
  it('mends a service whose settings have a bad line, and proves it', async () => {
    await begin(BROKEN);
    await hasFailed();
    const { code, result } = await change(MEND);
    expect({ code, outcome: result.outcome, message: result.error }).toEqual({
      code: 0,
      outcome: 'fixed',
      message: null,
    });
    expect(await conf()).toBe(GOOD);
    expect(await active()).toBe('active');
  });

  it('brings a service back that it made worse: file, and running as before', async () => {
    await begin(GOOD);
    expect(await active()).toBe('active');
    const { code, result } = await change(WORSEN);
    expect({ code, outcome: result.outcome }).toEqual({ code: 58, outcome: 'escalated' });
    expect(result.changes).toMatchObject([{ end: 'rolled-back', rollback_verified: true }]);
    expect(await conf()).toBe(GOOD);
    expect(await active()).toBe('active');
  });

  it('does not hold what a fix does that is none, and leaves the service as broken as it was', async () => {
    await begin(BROKEN);
    await hasFailed();
    const { code } = await change(
      MEND.replace('replace: ""', 'replace: "colour=blue\\n"').replace('10s', '3s'),
    );
    expect(code).toBe(58);
    expect(await conf()).toBe(BROKEN);
    await hasFailed();
  });

  it('refuses a unit file that systemd could not read, before anything is done', async () => {
    const { code, result } = await change(`title: A wrong unit
apply:
  - write:
      file: /etc/systemd/system/wrong.service
      text: "[Service]\\nExecStart=relative/path\\n"
  - run: systemctl daemon-reload
verify:
  - run: systemctl cat wrong.service
`);
    expect(code).toBe(42);
    expect(JSON.stringify(result.error)).toContain('systemd-analyze verify');
    expect((await lab.run(['test', '-e', '/etc/systemd/system/wrong.service'])).code).not.toBe(0);
  });

  it('is in its old or its new state after a SIGKILL at any of its moments and `steward recover`', async () => {
    const states: string[] = [];
    const isFull = process.env.STEWARD_SOAK === 'full';
    const moments = isFull ? 60 : 6;
    for (let moment = 0; moment < moments; moment += 1) {
      await begin(GOOD);
      const text = moment % 2 === 0 ? WORSEN : WORSEN.replace('colour=red', 'owner=anna');
      await lab.write('/root/change.yaml', text);
      const delay = 0.2 + (moment / moments) * 2.4;
      await lab.run([
        ...['timeout', '-s', 'KILL', String(delay), STEWARD, 'change', 'run', '/root/change.yaml', '--yes'],
      ]);
      const { code, stdout } = await lab.steward(['recover', '--json']);
      const { recovered } = JSON.parse(stdout) as { recovered: { end: string }[] };
      const now = await conf();
      const isNew = now === 'port=80\nowner=anna\n';
      const place = `moment ${moment} (${delay.toFixed(2)} s): ${stdout}`;
      expect(isNew || now === GOOD, place).toBe(true);
      expect(await active(), place).toBe('active');
      expect(code, place).toBe(0);
      for (const { end } of recovered) {
        expect(end === 'held', place).toBe(isNew);
        states.push(end);
      }
      expect(JSON.parse((await lab.steward(['recover', '--json'])).stdout)).toEqual({ recovered: [] });
    }
    console.log(`recovered: ${states.join(', ') || 'nothing was cut off'}`);
  }, 1_200_000);
});
