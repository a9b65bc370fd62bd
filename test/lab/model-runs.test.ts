import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dialect, Step } from '../wire/index.ts';
import { BACKUP, BACKUP_SAYS, breakBackup, fillData, installBackup } from './faults.ts';
import { bootLab, type Lab } from './lab.ts';
import { fixedBytes, type LabModel, startLabModel, toolResults } from './model.ts';
import { readResult } from './result.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await bootLab('models');
  await installBackup(lab);
  await breakBackup(lab);
  await fillData(lab);
});
afterAll(() => lab?.down());

const bash = (command: string) => ({ name: 'Bash', input: { command } });

/** Looks as an operator would, and reports with the ids that it was given. */
const INVESTIGATION: Step[] = [
  {
    text: 'The failed unit and the full file system first.',
    toolCalls: [
      bash(`systemctl status ${BACKUP} --no-pager`),
      bash(`journalctl -u ${BACKUP} -n 20 --no-pager`),
      bash('df -h /srv/data'),
    ],
  },
  { toolCalls: [{ name: 'Read', input: { file_path: '/usr/local/bin/nightly-backup' } }] },
  {
    toolCalls: [
      {
        name: 'Report',
        input: {
          outcome: 'escalated',
          summary:
            'Tonight there is no backup: the repository is locked by nas, and /srv/data is nearly full.',
          findings: [
            {
              text: 'The backup stops at a lock of nas.',
              severity: 'critical',
              evidence: ['P1', 'L2', 'C2', 'C4'],
            },
            { text: '/srv/data is full of thumbnails.', severity: 'critical', evidence: ['P3', 'L3', 'C3'] },
          ],
          advice: ['When pid 4121 on nas is gone: rm /srv/backup/lock'],
        },
      },
    ],
  },
  { text: 'Reported.' },
];

/** A run with a fresh memory: to one that knows a finding it would be old news. */
async function runWith(model: LabModel, state: string, ...more: string[]) {
  await lab.write(`/etc/steward/${state}.yaml`, model.settings);
  const args = ['run', 'health-check', '--settings', `/etc/steward/${state}.yaml`, ...more];
  return lab.steward(args, {
    env: { STEWARD_STATE_DIR: `/var/lib/${state}`, ANTHROPIC_API_KEY: 'key-of-the-lab' },
  });
}

describe.each<Dialect>(['anthropic', 'ollama', 'openai'])('a model that speaks %s', (dialect) => {
  it('investigates, gets what the commands really said, cites it and ends escalated', async () => {
    const model = await startLabModel(lab, `looks-${dialect}`, { dialect, script: INVESTIGATION });
    const { code, stdout, stderr } = await runWith(model, `looks-${dialect}`, '--output-format', 'json');
    const result = readResult(stdout);
    expect([code, result.outcome, result.reason, stderr]).toEqual([
      60,
      'escalated',
      'escalated',
      expect.anything(),
    ]);
    expect(result.report).toMatchObject({ outcome: 'escalated' });
    expect(result.permission_denials).toEqual([]);
    const calls = result.evidence.filter(({ kind }) => kind === 'call');
    // systemctl status says 3 of a failed unit, which is no success of the command.
    expect(calls.map(({ id, ok }) => `${id} ${ok}`).sort()).toEqual([
      'C1 false',
      'C2 true',
      'C3 true',
      'C4 true',
      'C5 true',
    ]);

    const requests = model.requests();
    expect(fixedBytes(requests[0])).toBeLessThanOrEqual(12 * 1024);
    const [status, log, df] = toolResults(requests[1]);
    expect(status).toContain('status=7');
    expect(log).toContain(`backup: ${BACKUP_SAYS}`);
    expect(df).toMatch(/\/dev\/loop\d+ +\d+M +\d+M +\d+K? +9\d% \/srv\/data/);
    expect(toolResults(requests[2])[3]).toContain('exit 7');
    await model.stop();
  });

  it('tells the operator its words first, then what the rules say', async () => {
    const model = await startLabModel(lab, `tells-${dialect}`, { dialect, script: INVESTIGATION });
    const { code, stdout } = await runWith(model, `tells-${dialect}`);
    expect(code).toBe(60);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/: ESCALATED \(exit 60\)$/);
    expect(lines[3]).toBe(
      'Tonight there is no backup: the repository is locked by nas, and /srv/data is nearly full.',
    );
    expect(lines[4]).toBe('  ✗ The backup stops at a lock of nas.  [P1, L2, C2, C4]');
    expect(stdout.indexOf('advice: ')).toBeLessThan(stdout.indexOf('F1 critical'));
    expect(stdout).toMatch(new RegExp(`\\nModel: .*${model.model.split('/').at(-1)}, \\d turns`));
    await model.stop();
  });
});

describe('a model that cannot be had', () => {
  it('ends the run with 75 and all that the rules say; the next run asks again and does not cool down', async () => {
    const full = { fault: 'status' as const, status: 529, headers: { 'retry-after': '7200' } };
    const away = await startLabModel(lab, 'away', { dialect: 'openai', script: [full] });
    const first = await runWith(away, 'once');
    expect(first.code).toBe(75);
    expect(first.stdout).toContain(`✗ F1 critical (new): ${BACKUP} `);
    expect(first.stderr).toMatch(/529 Overloaded; try again at 20\d\d-/);
    const back = await startLabModel(lab, 'back', { dialect: 'openai', script: INVESTIGATION });
    const second = await runWith(back, 'once');
    expect(second.code).toBe(60);
    expect(back.requests().length).toBeGreaterThan(2);
    const third = await runWith(back, 'once');
    expect(third.stdout).toContain('No model was asked: nothing is new, worse or past its cooldown.');
    await away.stop();
    await back.stop();
  });
});

describe('a model that is not truthful', () => {
  it('cannot raise the outcome: healthy while a unit is failed is escalated', async () => {
    const claim = { outcome: 'healthy', summary: 'All is well on this machine, nothing to do.' };
    const script = [{ toolCalls: [{ name: 'Report', input: claim }] }, { text: 'Reported.' }];
    const model = await startLabModel(lab, 'liar', { dialect: 'anthropic', script });
    const { code, stdout } = await runWith(model, 'liar', '--output-format', 'json');
    const result = readResult(stdout);
    expect([code, result.exit_code, result.outcome]).toEqual([60, 60, 'escalated']);
    expect(result.result).toContain('ESCALATED (exit 60)');
    expect(result.result).toContain('The model reports healthy, which the facts below do not bear out:');
    expect(result.result).toContain(`${BACKUP} (Nightly backup) has failed`);
    await model.stop();
  });

  it('is refused and told so when it cites what this run never saw, and may correct itself', async () => {
    const report = (evidence: string[]) => ({
      name: 'Report',
      input: {
        outcome: 'escalated',
        summary: 'The backup failed because of a lock that nas holds.',
        findings: [{ text: 'A lock stops the backup.', severity: 'critical', evidence }],
      },
    });
    const script = [
      { toolCalls: [report(['P1', 'C99'])] },
      { toolCalls: [report(['P1', 'L2'])] },
      { text: 'Done.' },
    ];
    const model = await startLabModel(lab, 'inventor', { dialect: 'openai', script });
    const { code, stdout } = await runWith(model, 'inventor', '--output-format', 'json');
    const [refusal] = toolResults(model.requests()[1]);
    expect(refusal).toContain('The report was not taken. findings.0 cites "C99", which this run never saw.');
    const result = readResult(stdout);
    expect([code, result.outcome, result.report?.summary]).toEqual([
      60,
      'escalated',
      expect.stringContaining('lock'),
    ]);
    await model.stop();
  });

  it('gets a refusal, and not a change, when it wants to mend what it may only look at', async () => {
    const script = [
      { toolCalls: [bash('rm /srv/backup/lock'), bash(`systemctl reset-failed ${BACKUP}`)] },
      { text: 'I removed the lock and all is well.' },
    ];
    const model = await startLabModel(lab, 'mender', { dialect: 'anthropic', script });
    const { code, stdout } = await runWith(model, 'mender', '--output-format', 'json');
    const result = readResult(stdout);
    expect([code, result.outcome, result.permission_denials.length]).toEqual([60, 'escalated', 2]);
    expect((await lab.run(['test', '-e', '/srv/backup/lock'])).code).toBe(0);
    expect((await lab.run(['systemctl', 'is-failed', '--quiet', BACKUP])).code).toBe(0);
    await model.stop();
  });
});
