import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BACKUP,
  BACKUP_SAYS,
  breakBackup,
  emptyData,
  fillData,
  installBackup,
  makeNoise,
  mendBackup,
  NOISY,
} from './faults.ts';
import { bootLab, type Lab } from './lab.ts';
import { type LabModel, startLabModel } from './model.ts';
import { readResult } from './result.ts';

/** One machine, in the order of its life: it learns, breaks, is looked at, is mended. */
let lab: Lab;
let model: LabModel;

beforeAll(async () => {
  lab = await bootLab('health');
  await installBackup(lab);
  await makeNoise(lab, 1);
  model = await startLabModel(lab, 'never-asked', {
    dialect: 'anthropic',
    script: [{ text: 'nobody asks' }],
  });
});
afterAll(() => lab?.down());

const check = (...more: string[]) => lab.steward(['run', 'health-check', ...more]);
const faults = [`unit-failed:${BACKUP}`, 'disk-full:/srv/data'];

describe('with nothing wrong', () => {
  it('is healthy ten times in a row, and asks no model although there is one', async () => {
    await lab.write('/etc/steward/model.yaml', model.settings);
    for (let round = 0; round < 10; round += 1) {
      const { code, stdout, stderr } = await lab.steward(
        ['run', 'health-check', '--settings', '/etc/steward/model.yaml'],
        {
          env: { ANTHROPIC_API_KEY: 'key-of-the-lab' },
        },
      );
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^health-check on health-\d+, \S+Z: HEALTHY \(exit 0\)\nNothing was found; /);
      expect(stdout).toContain('No model was asked: nothing was found.');
    }
    expect(model.requests()).toEqual([]);
  });
});

describe('with a failed unit, a nearly full file system and a noisy journal, and no model', () => {
  beforeAll(async () => {
    await breakBackup(lab);
    await fillData(lab);
    await makeNoise(lab, 2);
  });

  it('names the two faults with evidence and look-steps, and not the noise', async () => {
    const { code, stdout, stderr } = await check();
    expect(code).toBe(60);
    expect(stdout).toMatch(/: ESCALATED \(exit 60\)\n2 findings; \d+ probes answered/);
    expect(stdout).toContain(
      `✗ F1 critical (new): ${BACKUP} (Nightly backup) has failed with result exit-code, exit status 7`,
    );
    expect(stdout).toMatch(
      /✗ F2 critical \(new\): File system \/srv\/data is 9\d% full: \S+ \S+ left of \S+ MiB {2}\[P\d+, L3\]/,
    );
    // What its own log says, and what fills the disk, is shown and not only named.
    expect(stdout).toMatch(
      new RegExp(`L2 \\$ journalctl -u ${BACKUP} .*\\n(.*\\n)*.*backup: ${BACKUP_SAYS}`),
    );
    expect(stdout).toMatch(/L3 \$ du .* \/srv\/data\n {4}\| 12M\s\/srv\/data\/thumbnails/);
    expect(stdout).toContain('No model was asked: ');
    for (const name of NOISY) expect(stdout + stderr).not.toContain(name);
    expect(stderr).toContain('exit 60');
  });

  it('gives exactly these two in the result object, each with ids of what showed it', async () => {
    const { code, stdout } = await check('--output-format', 'json');
    const result = readResult(stdout);
    expect([code, result.exit_code, result.outcome, result.is_error]).toEqual([60, 60, 'escalated', true]);
    expect(result.findings.map(({ key }) => key).sort()).toEqual([...faults].sort());
    const seen = new Map(result.evidence.map((item) => [item.id, item]));
    for (const { evidence } of result.findings) {
      expect(evidence.length).toBeGreaterThan(1);
      for (const id of evidence) expect(seen.get(id)).toMatchObject({ ok: true });
    }
    expect(result.evidence.filter(({ kind }) => kind === 'look').length).toBe(3);
    expect(result.num_turns).toBe(0);
  });

  it('leaves logs that verify', async () => {
    const listed = await lab.must(['/opt/steward/bin/steward', 'runs', 'list', '--json']);
    const runs = JSON.parse(listed) as { run: string }[];
    expect(runs.length).toBe(12);
    for (const { run } of runs) {
      const verified = await lab.steward(['runs', 'verify', run]);
      expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('holds') });
    }
  });
});

describe('when it is mended', () => {
  it('is healthy again only when all of it is', async () => {
    await mendBackup(lab);
    const half = readResult((await check('--output-format', 'json')).stdout);
    expect([half.outcome, half.findings.map(({ key }) => key)]).toEqual([
      'escalated',
      ['disk-full:/srv/data'],
    ]);
    await emptyData(lab);
    const whole = await check();
    expect([whole.code, whole.stderr]).toEqual([0, '']);
    expect(whole.stdout).toMatch(/: HEALTHY \(exit 0\)\nNothing was found; /);
  });

  it('finds the same fault again when it returns, as one that came back', async () => {
    await breakBackup(lab);
    const { code, stdout } = await check();
    expect(code).toBe(60);
    expect(stdout).toContain(`✗ F1 critical (returned): ${BACKUP} `);
    await mendBackup(lab);
    expect((await check()).code).toBe(0);
  });
});

describe('a journal with something new in it', () => {
  it('names an error that this journal never held before', async () => {
    await lab.must(['systemd-cat', '-t', 'smartd', 'cat'], {
      input: '<3>Device: /dev/sda [SAT], 8 Currently unreadable (pending) sectors\n',
    });
    await lab.must(['journalctl', '--sync']);
    const { code, stdout } = await check();
    expect(code).toBe(60);
    expect(stdout).toMatch(
      /says something new \(once in the last hour\): Device: \/dev\/sda \[SAT\], 8 Currently/,
    );
    for (const name of NOISY) expect(stdout).not.toContain(name);
  });
});
