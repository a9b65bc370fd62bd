import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutorRequest } from '../../src/protocol/executor.ts';
import { asChange, STATE, setScene } from './executor-scene.ts';
import { until } from './host.ts';
import { bootLab, LAB_SETTINGS, type Lab, STEWARD } from './lab.ts';

const UNIT = 'shop.service';
const CONF = '/etc/shop.conf';
const RECOVER = ['steward-recover.service', 'steward-recover.timer'];

/** A service that reads its settings when it starts, and dies of a line that it does not know. */
const PROGRAM = `#!/bin/sh
grep -q '^colour=' ${CONF} && { echo "shop: unknown setting: colour" >&2; exit 3; }
exec sleep infinity
`;
const GOOD = 'port=80\n';

const change = (line: string) => `title: Another setting
targets: [${UNIT}]
preflight:
  - run: sleep 1
apply:
  - edit: { file: ${CONF}, find: "port=80\\n", replace: "port=80\\n${line}\\n" }
  - run: sleep 1
  - run: systemctl restart ${UNIT}
verify:
  - run: systemctl is-active ${UNIT}
    within: 5s
    for: 1s
`;

let lab: Lab;

beforeAll(async () => {
  lab = await bootLab('power', { isPersistent: true });
  await lab.write('/usr/local/bin/shop', PROGRAM);
  await lab.must(['chmod', '755', '/usr/local/bin/shop']);
  const unit = `[Unit]\nDescription=A shop\nStartLimitIntervalSec=0\n[Service]\nExecStart=/usr/local/bin/shop\n[Install]\nWantedBy=multi-user.target\n`;
  await lab.write(`/etc/systemd/system/${UNIT}`, unit);
  for (const name of RECOVER) {
    const text = readFileSync(join(import.meta.dirname, '../../triggers/systemd', name), 'utf8');
    await lab.write(`/etc/systemd/system/${name}`, text);
  }
  await lab.write('/etc/steward/steward.yaml', LAB_SETTINGS);
  await lab.write(CONF, GOOD);
  await lab.must(['systemctl', 'daemon-reload']);
  await lab.must(['systemctl', 'enable', '--now', UNIT]);
  await lab.must(['systemctl', 'enable', ...RECOVER]);
});
afterAll(() => lab?.down());

const show = async (unit: string, property: string) =>
  (await lab.must(['systemctl', 'show', '--value', '-p', property, unit])).trim();

/** Where the change has been by now, as its log says it: `change.began apply 1`. */
async function placesIn(log: string): Promise<string[]> {
  const { stdout } = await lab.run(['cat', log]);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { event: { type: string; phase?: string; index?: number } }).event)
    .filter(({ type }) => type.startsWith('change.'))
    .map(({ type, phase, index }) => [type, phase, index].filter((part) => part !== undefined).join(' '));
}

/** Where it is once it has been where the plug is to be pulled, or is over; undefined: not yet. */
function reached(places: readonly string[], wanted: string, isOver: boolean): string | undefined {
  // Some places are left before the log is read again.
  return isOver || places.some((place) => place.includes(wanted)) ? (places.at(-1) ?? 'nothing') : undefined;
}

describe('steward-recover.service', () => {
  it('is a unit that systemd has nothing against, and so is its timer', async () => {
    for (const name of RECOVER) {
      const { code, stdout, stderr } = await lab.run(['systemd-analyze', 'verify', '--man=no', name]);
      expect({ code, said: stdout + stderr }).toEqual({ code: 0, said: '' });
    }
  });

  it('has brought a change to its old or its new state after a boot, wherever the power was cut', async () => {
    const moments = process.env.STEWARD_SOAK === 'full' ? 10 : 3;
    // Where the plug is pulled, in words of the log: spread over the whole of a change that holds and of one that goes back.
    const wanted = [
      ...['began apply 1', 'began verify 0', 'began rollback', 'began preflight', 'began apply 2'],
      ...['began baseline', 'finished apply 2', 'began verify-rollback', 'began check', 'ended'],
    ];
    const seen: string[] = [];
    for (let moment = 0; moment < moments; moment += 1) {
      await lab.write(CONF, GOOD);
      await lab.must(['systemctl', 'restart', UNIT]);
      const line = wanted[moment]?.includes('rollback') === true ? 'colour=red' : 'owner=anna';
      const run = crypto.randomUUID();
      await lab.write('/root/change.yaml', change(line));
      const started = lab.run([
        ...['env', 'HOME=/root', STEWARD, 'change', 'run', '/root/change.yaml', '--yes', '--session-id', run],
      ]);
      let isOver = false;
      void started.then(() => {
        isOver = true;
      });
      const at = await until('a moment to pull the plug', async () => {
        const places = await placesIn(`/root/.local/state/steward/runs/${run}.jsonl`);
        return reached(places, wanted[moment] ?? '', isOver);
      });
      await lab.cutPower();
      await started;

      const why = `${at}: ${(await lab.run(['journalctl', '-b', '-o', 'cat', '-u', RECOVER[0] ?? ''])).stdout}`;
      expect(await show('steward-recover.service', 'Result'), why).toBe('success');
      const state = await lab.must(['cat', CONF]);
      expect([GOOD, `${GOOD}owner=anna\n`], why).toContain(state);
      expect((await lab.run(['systemctl', 'is-active', UNIT])).stdout.trim(), why).toBe('active');
      expect((await lab.steward(['recover', '--json'])).stdout, why).toBe('{"recovered":[]}\n');
      const verified = await lab.steward(['runs', 'verify', run]);
      expect(verified.code, `${why}${verified.stderr}`).toBe(0);
      seen.push(`${at} → ${state === GOOD ? 'old' : 'new'}`);
    }
    console.log(`the power was cut at: ${seen.join('; ')}`);
  }, 600_000);
});

describe('steward-executor-recover.service', () => {
  it('has brought what an executor carried out to its old or its new state after a boot', async () => {
    const moments = process.env.STEWARD_SOAK === 'full' ? 10 : 1;
    const wanted = [
      ...['began apply 2', 'began verify 0', 'began rollback', 'began keep', 'finished apply 0'],
      ...['began baseline', 'finished apply 1', 'began verify-rollback', 'began check', 'ended'],
    ];
    const scene = await setScene(lab);
    await lab.must(['systemctl', 'enable', 'steward-executor-recover.service']);
    const seen: string[] = [];
    for (let moment = 0; moment < moments; moment += 1) {
      const isBad = wanted[moment]?.includes('rollback') === true;
      const next = `${GOOD}${isBad ? 'colour=red' : `owner=anna${moment}`}\n`;
      await scene.begin(GOOD);
      const change = asChange(next);
      change.apply.splice(1, 0, { kind: 'run', line: 'sleep 1' });
      const asked = { change, cwd: '/' };
      const [planned] = (await scene.raw('steward', said({ do: 'plan', ...asked }))).answers;
      const digest = planned?.say === 'planned' ? planned.plan.digest : '';
      const from = { run: crypto.randomUUID(), change: 'X1' };
      const proposal = said({ do: 'propose', ...asked, digest, from });
      const [parked] = (await scene.raw('steward', proposal)).answers;
      const approval = parked?.say === 'approvals' ? parked.approvals[0]?.id : undefined;
      if (approval === undefined) throw new Error(`not parked: ${JSON.stringify([planned, parked])}`);
      const before = await lab.must(['sh', '-c', `ls ${STATE}/runs 2>/dev/null || true`]);
      let isOver = false;
      const yes = said({ do: 'approve', approval, digest, comment: null, run: true });
      const started = scene
        .raw('root', yes)
        .catch(() => {})
        .finally(() => {
          isOver = true;
        });
      const at = await until('a moment to pull the plug', async () => {
        const { stdout } = await lab.run(['sh', '-c', `ls ${STATE}/runs 2>/dev/null`]);
        const log = stdout.split('\n').find((name) => name.endsWith('.jsonl') && !before.includes(name));
        const places = log === undefined ? [] : await placesIn(`${STATE}/runs/${log}`);
        return reached(places, wanted[moment] ?? '', isOver);
      });
      await lab.cutPower();
      await started;

      const unit = ['-u', 'steward-executor-recover.service'];
      const why = `${at}: ${(await lab.run(['journalctl', '-b', '-o', 'cat', ...unit])).stdout}`;
      expect(await show('steward-executor-recover.service', 'Result'), why).toBe('success');
      // Of a unit that was not run at all systemd says the same.
      expect(await show('steward-executor-recover.service', 'ExecMainExitTimestampMonotonic')).not.toBe('0');
      expect(await lab.must(['journalctl', '-b', '-o', 'cat'])).not.toContain('ordering cycle');
      const state = await lab.must(['cat', CONF]);
      expect(isBad ? [GOOD] : [GOOD, next], why).toContain(state);
      expect((await lab.run(['systemctl', 'is-active', UNIT])).stdout.trim(), why).toBe('active');
      const [shown] = (await scene.raw('root', said({ do: 'show', approval }))).answers;
      const after = shown?.say === 'approvals' ? shown.approvals[0]?.state : undefined;
      expect(['done', 'void', 'approved'], why).toContain(after);
      if (after === 'approved') expect(state, why).toBe(GOOD);
      seen.push(`${at} → ${state === GOOD ? 'old' : 'new'}, ${after}`);
    }
    console.log(`the power was cut at: ${seen.join('; ')}`);
  }, 600_000);
});

function said(request: ExecutorRequest): string {
  return `${JSON.stringify({ v: 1, ...request })}\n`;
}
