import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKUP, BACKUP_SAYS, breakBackup, installBackup, mendBackup } from './faults.ts';
import { until } from './host.ts';
import { bootLab, LAB_SETTINGS, type Lab } from './lab.ts';
import { type LabModel, startLabModel } from './model.ts';
import { readResult } from './result.ts';
import { installUnit, readUnitEnd, runUnit, UNIT } from './unit.ts';

const KEY = 'sk-ant-of-the-lab-4711';
const STATE = '/var/lib/private/steward';
let lab: Lab;

beforeAll(async () => {
  lab = await bootLab('unit');
  await installBackup(lab);
  await installUnit(lab, { user: 'steward', key: KEY });
});
afterAll(() => lab?.down());

/** Every id of a run in the unit's state folder, oldest first. */
async function runsOfUnit(): Promise<string[]> {
  const listed = await lab.run(['sh', '-c', `ls -tr ${STATE}/runs/*.jsonl`]);
  return listed.stdout.split('\n').flatMap((path) => /([\da-f-]{36})\.jsonl$/.exec(path)?.[1] ?? []);
}

async function logOf(run: string | undefined): Promise<{ event: Record<string, unknown> }[]> {
  const text = await lab.must(['cat', `${STATE}/runs/${run}.jsonl`]);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('as a hardened unit of an unprivileged user', () => {
  it('is healthy, keeps its state where systemd says, and knows that the unit is its sandbox', async () => {
    const { ended, journal } = await runUnit(lab);
    expect(ended).toBe('success exited 0');
    expect(journal).toMatch(
      /^health-check on unit-\d+, \S+Z: HEALTHY \(exit 0\)\nNothing was found; 9 probes answered/m,
    );
    const [run] = await runsOfUnit();
    const [opened] = await logOf(run);
    expect(opened?.event).toMatchObject({
      type: 'run.opened',
      isolation: 'unit',
      trigger: { kind: 'timer' },
      host: { user: 'steward' },
    });
    expect(await lab.must(['stat', '-c', '%a %U', STATE])).toBe('700 steward\n');
  });

  it('tells the journal what an operator wants to know, and where the log ended', async () => {
    await breakBackup(lab);
    const { ended, journal } = await runUnit(lab);
    // The check worked; that the machine is not well must not fail the unit.
    expect(ended).toBe('success exited 60');
    expect(journal).toContain(`✗ F1 critical (new): ${BACKUP} (Nightly backup) has failed`);
    expect(journal).toContain(`backup: ${BACKUP_SAYS}`);
    const run = (await runsOfUnit()).at(-1);
    // The journal is out of the reach of whoever could change the log later.
    const head = new RegExp(`run ${run}.* head ([\\da-f]{64})`).exec(journal)?.[1];
    expect(head).toBeDefined();
    const copy = '/root/state-of-unit';
    await lab.must(['cp', '-r', '--no-preserve=ownership', STATE, copy]);
    const verified = await lab.steward(['runs', 'verify', String(run), '--head', String(head)], {
      env: { STEWARD_STATE_DIR: copy },
    });
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('holds') });
    await mendBackup(lab);
  });

  it('does not take what its own reports quote for news', async () => {
    const quoted = await lab.must(['journalctl', '--no-pager', '-o', 'cat', '-u', UNIT]);
    expect(quoted).toContain(BACKUP_SAYS);
    expect(await runUnit(lab)).toMatchObject({ ended: 'success exited 0' });
  });
});

describe('with a model and its key as a credential', () => {
  let model: LabModel;

  beforeAll(async () => {
    const call = { name: 'Bash', input: { command: 'journalctl -f' } };
    const more = ', api_key_env: NOT_SET';
    const script = [{ text: 'I follow the log.', toolCalls: [call] }, { text: 'It never ends.' }];
    model = await startLabModel(lab, 'follower', { dialect: 'anthropic', script, more });
    await lab.write('/etc/steward/steward.yaml', LAB_SETTINGS + model.settings);
    await breakBackup(lab);
  });

  it('ends with 143 and a closed log when it is stopped in the middle of a command, and leaves no process', async () => {
    await lab.must(['systemctl', 'start', '--no-block', UNIT]);
    // Of the model's call, and not of a probe.
    const following = ['pgrep', '-u', 'steward', '-f', 'journalctl -f$'];
    await until('the command runs', async () => ((await lab.run(following)).code === 0 ? true : undefined));
    const stopped = await lab.run(['timeout', '15', 'systemctl', 'stop', UNIT]);
    expect(stopped.code).toBe(0);
    const { ended, journal } = await readUnitEnd(lab);
    expect(ended).toBe('success exited 143');
    expect(journal).toContain('steward: stopped (terminated, exit 143)');
    expect((await lab.run(['pgrep', '-u', 'steward'])).code).toBe(1);
    const run = (await runsOfUnit()).at(-1);
    const events = await logOf(run);
    expect(events.at(-1)?.event).toMatchObject({
      type: 'run.closed',
      outcome: 'stopped',
      reason: 'terminated',
    });
  });

  it('sent the key to the model server, and wrote it nowhere', async () => {
    const requests = model.requests();
    expect(requests.length).toBe(1);
    expect(Object.values(requests[0]?.headers ?? {}).filter((value) => value.includes(KEY)).length).toBe(1);
    expect(JSON.stringify(requests[0]?.body)).not.toContain(KEY);
    const found = await lab.run(['grep', '-rlF', KEY, STATE]);
    expect(found).toMatchObject({ code: 1, stdout: '' });
    const said = await lab.must(['journalctl', '--no-pager', '-o', 'cat']);
    expect(said).not.toContain(KEY);
  });
});

describe('as a user that exists only while the unit runs', () => {
  beforeAll(async () => {
    await mendBackup(lab);
    await lab.write('/etc/steward/steward.yaml', LAB_SETTINGS);
    await installUnit(lab, { user: null, key: KEY });
  });

  it('says that it could not see the units, and why, instead of calling the machine healthy', async () => {
    const { ended, journal } = await runUnit(lab);
    expect(ended).toBe('success exited 61');
    expect(journal).toMatch(/: CANNOT-TELL \(exit 61\)\nNothing was found; 7 of 9 probes answered/);
    expect(journal).toMatch(/\n {2}P1 systemd-failed failed: .*give the unit a User= that exists/);
  });
});

describe('inside the booted machine', () => {
  it('has a doctor whose every systemd probe answers', async () => {
    const { code, stdout } = await lab.steward(['doctor', '--json']);
    const found = JSON.parse(stdout) as { level: string; probes: { name: string; status: string }[] };
    expect([code, found.level]).toEqual([1, 'rules only']);
    const status = new Map(found.probes.map(({ name, status }) => [name, status]));
    for (const name of ['systemd-failed', 'journal', 'oom', 'time-sync', 'disk', 'memory', 'listening']) {
      expect([name, status.get(name)]).toEqual([name, 'ok']);
    }
    expect([...status.values()]).not.toContain('failed');
    expect([...status.values()]).not.toContain('unreachable');
  });

  it('shows the facts without a run, and leaves none', async () => {
    const before = await lab.steward(['runs', 'list', '--json']);
    const { code, stdout } = await lab.steward(['context', 'systemd-failed', 'journal', 'oom', 'time-sync']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Context on unit-\d+, \S+Z\nNothing was found; 4 probes answered in/);
    expect(stdout).toMatch(/P1 {2}systemd-failed {2}0 failed units\n/);
    expect((await lab.steward(['runs', 'list', '--json'])).stdout).toBe(before.stdout);
  });

  it('takes a trigger that a failed unit left, and asks about that unit', async () => {
    await lab.write(
      '/run/trigger.json',
      JSON.stringify({ MONITOR_UNIT: BACKUP, MONITOR_SERVICE_RESULT: 'exit-code' }),
    );
    const run = await lab.steward([
      'run',
      'incident',
      '--set',
      `unit=${BACKUP}`,
      '--trigger-file',
      '/run/trigger.json',
      '--output-format',
      'json',
    ]);
    const result = readResult(run.stdout);
    expect(result).toMatchObject({ trigger: 'on-failure', exit_code: run.code });
  });
});
