import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKUP, breakBackup, installBackup } from './faults.ts';
import { until } from './host.ts';
import { bootLab, type Lab } from './lab.ts';
import { startLabModel, toolResults } from './model.ts';
import { readResult } from './result.ts';

/** A state folder that cannot be written is when somebody is needed most: what was found is told all the same. */
let lab: Lab;
const STATE = '/mnt/state';
const inState = { env: { STEWARD_STATE_DIR: `${STATE}/steward` } };

beforeAll(async () => {
  lab = await bootLab('state');
  await installBackup(lab);
  await breakBackup(lab);
  await lab.must(['mkdir', '-p', STATE]);
});
afterAll(() => lab?.down());

const mountState = (options: string) => lab.must(['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', STATE]);
const unmountState = () => lab.must(['umount', STATE]);
const fillState = () => lab.run(['sh', '-c', `head -c 64M /dev/zero >${STATE}/filler`]);

describe.each([
  {
    what: 'on a read-only mount',
    prepare: () => mountState('ro'),
    says: /\/mnt\/state\/steward cannot be written: the file system is mounted read-only \(EROFS\)/,
  },
  {
    what: 'on a full file system, and not yet there',
    prepare: async () => {
      await mountState('size=2m,nr_inodes=100');
      await lab.run(['sh', '-c', `i=0; while : >${STATE}/$i; do i=$((i+1)); done`]);
    },
    says: /there is no room left to write \/mnt\/state\/steward \(ENOSPC\)/,
  },
  {
    what: 'on a full file system, and used before',
    prepare: async () => {
      await mountState('size=2m');
      expect((await lab.steward(['run', 'health-check'], inState)).code).toBe(60);
      await fillState();
    },
    says: /there is no room for state at \/mnt\/state\/steward: 0 B free/,
  },
])('a state folder $what', ({ prepare, says }) => {
  beforeAll(prepare);
  afterAll(unmountState);

  it('is said, and the machine is looked at and told of all the same', async () => {
    const { code, stdout, stderr } = await lab.steward(['run', 'health-check'], inState);
    expect(code).toBe(60);
    expect(stderr).toMatch(says);
    expect(stderr).toContain('nothing is kept and only looking is allowed');
    expect(stdout).toContain(`✗ F1 critical (new): ${BACKUP} (Nightly backup) has failed`);
    expect(stdout).toMatch(/its log was kept only in memory \(/);
    expect(stdout).not.toContain('steward runs show');
  });

  it('is said in the result object, whose exit code is the process’s', async () => {
    const { code, stdout } = await lab.steward(['run', 'health-check', '--output-format', 'json'], inState);
    const result = readResult(stdout);
    expect([code, result.exit_code, result.outcome, result.log_head]).toEqual([60, 60, 'escalated', null]);
    expect(result.notices.join()).toMatch(says);
  });

  it('lets a model look and touch nothing', async () => {
    const write = { name: 'Write', input: { file_path: '/srv/work/note.txt', content: 'hello\n' } };
    const look = { name: 'Bash', input: { command: `systemctl is-failed ${BACKUP}` } };
    const script = [{ toolCalls: [write, look] }, { text: 'Seen.' }];
    const name = `writer-${says.source.length}`;
    const model = await startLabModel(lab, name, { dialect: 'anthropic', script });
    await lab.must(['git', 'init', '-q', '/srv/work']);
    await lab.write('/etc/steward/writer.yaml', model.settings);
    const settings = ['--settings', '/etc/steward/writer.yaml', '--permission-mode', 'acceptEdits'];
    const run = await lab.steward(['-p', 'note it', ...settings, '--output-format', 'json'], {
      env: { ...inState.env, ANTHROPIC_API_KEY: 'key-of-the-lab' },
    });
    expect(readResult(run.stdout).permission_denials.length).toBe(1);
    expect(toolResults(model.requests()[1])[1]).toContain('failed');
    expect((await lab.run(['test', '-e', '/srv/work/note.txt'])).code).toBe(1);
    await model.stop();
  });
});

describe('a disk that fills while a run is under way', () => {
  it('ends the run with a result object and exit 1, and leaves a log that can be gone on with', async () => {
    await mountState('size=3m');
    // Longer than what is left of the last page of the log: that much a full disk still takes.
    const answer = `Done.${' It took a while.'.repeat(600)}`;
    const script = [{ toolCalls: [{ name: 'Bash', input: { command: 'sleep 900' } }] }, { text: answer }];
    const model = await startLabModel(lab, 'waiter', { dialect: 'openai', script });
    await lab.write('/etc/steward/waiter.yaml', model.settings);
    const running = lab.steward(
      ['-p', 'wait', '--settings', '/etc/steward/waiter.yaml', '--output-format', 'json'],
      inState,
    );
    await until('the command runs', async () =>
      (await lab.run(['pgrep', '-x', 'sleep'])).code === 0 ? true : undefined,
    );
    await fillState();
    await lab.must(['pkill', '-x', 'sleep']);
    const { code, stdout, stderr } = await running;
    const result = readResult(stdout);
    expect([code, result.exit_code, result.outcome, result.reason]).toEqual([1, 1, 'failed', 'state-full']);
    expect(result.errors?.join()).toMatch(/there is no room left to write .*\(ENOSPC\)/);
    expect(stderr).toContain('steward: failed (state-full, exit 1): there is no room left');

    await lab.must(['rm', `${STATE}/filler`]);
    const resumed = await lab.steward(
      ['-r', result.session_id, '-p', 'go on', '--settings', '/etc/steward/waiter.yaml'],
      inState,
    );
    expect([resumed.code, resumed.stdout]).toEqual([0, `${answer}\n`]);
    expect((await lab.steward(['runs', 'verify', result.session_id], inState)).code).toBe(0);
    await unmountState();
  });
});
