import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertBody } from '../system/serving.ts';
import { BACKUP, BACKUP_SAYS, breakBackup, installBackup } from './faults.ts';
import { mustRun, until } from './host.ts';
import { bootLab, LAB_SETTINGS, type Lab } from './lab.ts';
import { logIn } from './log-in.ts';
import { type LabModel, startLabModel } from './model.ts';
import { type LabNtfy, startLabNtfy } from './ntfy.ts';

/** One machine from the day on which steward is installed to the day on which it goes. */
let lab: Lab;
let model: LabModel;
let phone: LabNtfy;
let before: string[];
/** Before setup: everything that is not the package's. */
let bare: string[];

const PROJECT = join(import.meta.dirname, '../..');
const SETTINGS = '/etc/steward/steward.yaml';
/** Of the package manager itself, which keeps a diary, and of whatever else is started meanwhile. */
const NOT_OURS =
  /^\/var\/(cache|log|lib)\/(apt|dpkg|debconf)|^\/var\/lib\/systemd\/|^\/var\/(tmp|log)\/|^\/(home|srv|opt)\/|^\/etc\/(default\/locale|locale\.conf)$/;

beforeAll(async () => {
  lab = await bootLab('package', { isBare: true });
  await mustRun([
    ...[process.execPath, join(PROJECT, 'scripts/package.ts')],
    ...['--only', 'deb', '--quick', '--out', lab.share],
  ]);
  await installBackup(lab);
  before = await listTree();
});
afterAll(() => lab?.down());

async function listTree(): Promise<string[]> {
  const listed = await lab.must(['find', '/', '-xdev', '-not', '-path', '/tmp/*']);
  return listed
    .split('\n')
    .filter((path) => !NOT_OURS.test(path))
    .sort();
}

/** What there is, and what stands in the files that an operator may write. */
async function readTree(): Promise<string[]> {
  const sums = await lab.must([
    ...['find', '/etc', '-xdev', '-type', 'f', '-not', '-name', '*-', '-exec', 'sha256sum', '{}', '+'],
  ]);
  return [
    ...(await listTree()),
    ...sums
      .split('\n')
      .filter((line) => !/ \/etc\/(default\/)?locale/.test(line))
      .sort(),
  ];
}

const show = async (unit: string, property: string) =>
  (await lab.must(['systemctl', 'show', '-P', property, unit])).trim();

/** As somebody who sits at the machine. */
const as = (user: string, ...argv: string[]) =>
  lab.run([
    'setpriv',
    `--reuid=${user}`,
    `--regid=${user}`,
    '--init-groups',
    'env',
    `HOME=/home/${user}`,
    ...argv,
  ]);

interface Listed {
  run: string;
  goal: string | null;
  trigger: string;
  outcome: string;
  at: string;
}

/** What a member of the group steward sees of the system's runs. */
async function systemRuns(goal: string): Promise<Listed[]> {
  const { stdout } = await as('anna', 'steward', 'runs', 'list', '--goal', goal, '--json');
  return (JSON.parse(stdout) as Listed[]).filter(({ at }) => at === 'system');
}

describe('the Debian package', () => {
  it('is installed by apt with nothing else: no network, no npm, no Node', async () => {
    const [deb = ''] = readdirSync(lab.share).filter((name) => name.endsWith('.deb'));
    for (const program of ['node', 'npm', 'npx']) {
      expect((await lab.run(['which', program])).code).not.toBe(0);
    }
    await lab.must(['apt-get', 'install', '-y', '-q', `/opt/share/${deb}`]);
    expect(await lab.must(['steward', '--version'])).toMatch(/^\d+\.\d+\.\d+ \(steward\)\n$/);
    expect(await lab.must(['id', '-un', 'steward'])).toBe('steward\n');
    expect((await lab.run(['systemctl', 'list-unit-files', '--state=enabled', 'steward*'])).stdout).toMatch(
      /^0 unit files listed/m,
    );
  });

  it('brings units that systemd finds nothing to say about, and that are closed to what they never need', async () => {
    const files = (await lab.must(['dpkg', '-L', 'steward'])).split('\n');
    const units = files.flatMap((file) => /\/systemd\/system\/([^/]+)$/.exec(file)?.slice(1) ?? []);
    expect(units.length).toBeGreaterThan(12);
    const instances = units.map((unit) => unit.replace('@.', '@health-check.'));
    expect(await lab.run(['systemd-analyze', 'verify', ...instances])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const exposure = async (unit: string) => {
      const said = await lab.must(['systemd-analyze', 'security', '--no-pager', unit]);
      return Number(/Overall exposure level for .*: ([\d.]+)/.exec(said)?.[1]);
    };
    expect(await exposure('steward-serve.service')).toBeLessThanOrEqual(1.5);
    expect(await exposure('steward@health-check.service')).toBeLessThanOrEqual(2.5);
    expect(await exposure('steward-failure@foo.service')).toBeLessThanOrEqual(1.5);
    expect(await exposure('steward-failure-send.service')).toBeLessThanOrEqual(1.5);
  });
});

describe('the hardened planner', () => {
  beforeAll(async () => {
    // Only the tests' own model server is started by the Node of the package.
    await lab.must(['ln', '-s', '/usr/lib/steward', '/opt/steward']);
    const command = 'mkdir /srv/data/made';
    const tried = 'touch /etc/steward/widened';
    const calls = [command, tried].map((each) => ({ name: 'Bash', input: { command: each } }));
    const turn = [{ text: 'I make it.', toolCalls: calls }, { text: 'Made.' }];
    model = await startLabModel(lab, 'maker', { dialect: 'anthropic', script: Array(8).fill(turn).flat() });
    const settings = `${LAB_SETTINGS}${model.settings}permissions: { allow: ['Bash(mkdir *)', 'Bash(touch *)'] }\n`;
    await lab.write(SETTINGS, `${settings}autonomy: reversible\n`);
    const goal = 'description: Make it.\nprobes: [disk]\ntools: [Bash]\nautonomy: reversible\ngate: always\n';
    await lab.write('/etc/steward/goals/make.md', `---\n${goal}---\nMake /srv/data/made.\n`);
    await lab.must(['chmod', '0777', '/srv/data']);
    await lab.must(['install', '-d', '-m', '0700', '/etc/credstore']);
    await lab.write('/etc/credstore/steward.anthropic', 'sk-ant-of-the-lab\n');
    await lab.must(['chmod', '0600', '/etc/credstore/steward.anthropic']);
    await lab.write(
      '/etc/systemd/system/steward@make.service.d/50-steward.conf',
      '[Service]\nReadWritePaths=/srv/data\n',
    );
    await lab.must(['systemctl', 'daemon-reload']);
  });

  it('really runs a command of the gate inside it, with the key that systemd gave', async () => {
    await lab.must(['systemctl', 'start', 'steward@make.service']);
    await lab.must(['journalctl', '--sync']);
    const said = await lab.must(['journalctl', '-o', 'cat', '--no-pager', 'STEWARD_GOAL=make']);
    expect((await lab.run(['test', '-d', '/srv/data/made'])).code, said).toBe(0);
    expect(await lab.must(['stat', '-c', '%U', '/srv/data/made'])).toBe('steward\n');
    expect((await lab.run(['test', '-e', '/etc/steward/widened'])).code).toBe(1);
    expect(JSON.stringify(model.requests()[0]?.headers)).toContain('sk-ant-of-the-lab');
    expect(said).not.toContain('sk-ant-of-the-lab');
  });
});

describe('steward setup', () => {
  const FLAGS = ['--model', 'none', '--usd-per-month', '5', '--operator', 'anna', '--check', 'daily'];

  beforeAll(async () => {
    await lab.must([
      'rm',
      '-r',
      '/etc/systemd/system/steward@make.service.d',
      '/etc/credstore/steward.anthropic',
    ]);
    await lab.must(['useradd', '--create-home', 'anna']);
    await lab.must(['useradd', '--create-home', 'otto']);
    await lab.write(SETTINGS, LAB_SETTINGS);
    await lab.must(['rm', '-r', '/var/lib/steward', '/var/cache/steward']);
    phone = await startLabNtfy(lab);
    await lab.write('/srv/ntfy-token', `${phone.token}\n`);
    bare = await readTree();
  });

  it('shows every file and command, and does nothing, when it is only asked to show', async () => {
    const shown = await lab.must(['steward', 'setup', '--dry-run', ...FLAGS]);
    expect(shown).toContain('/etc/systemd/system/service.d/50-steward.conf (0644)\n');
    expect(shown).toContain('/etc/credstore/steward.intake-token (0600)\n    (a secret)\n');
    expect(shown).toContain('$ systemctl enable --now steward-serve.service\n');
    expect(await readTree()).toEqual(bare);
  });

  it('is for root', async () => {
    const { code, stderr } = await as('anna', 'steward', 'setup', '--yes');
    expect([code, stderr]).toEqual([2, expect.stringContaining('so it is for root')]);
  });

  it('names what it wrote, tries the check as its timer begins it, and says what a month costs', async () => {
    const ntfy = ['--ntfy', phone.address, '--ntfy-token-file', '/srv/ntfy-token'];
    const said = await lab.must(['steward', 'setup', '--yes', ...FLAGS, ...ntfy]);
    expect(phone.messages()).toHaveLength(1);
    expect(said).not.toContain(phone.token);
    const manifest = JSON.parse(await lab.must(['cat', '/etc/steward/installed.json'])) as {
      files: { path: string }[];
    };
    for (const { path } of manifest.files)
      expect(said).toMatch(new RegExp(`^(written|changed) +${path}$`, 'm'));
    expect(said).toMatch(/^ {2}health-check on \S+ \S+: HEALTHY \(exit 0\)$/m);
    expect(said).toContain('health-check, daily: 30 runs; as so far $0.00, at most $0.00');
    expect(await lab.must(['cat', SETTINGS])).toContain('usd_per_month: 5');
    const again = await lab.must(['steward', 'setup', '--yes', '--no-check', ...FLAGS]);
    expect(again).not.toMatch(/^(written|changed)/m);
    const listed = await lab.must(['steward', 'triggers', 'list']);
    expect(listed).toMatch(/^health-check +daily +2\S+Z +- +2\S+Z$/m);
    expect(listed).toContain('Told when they fail: all');
    // Not its own: it would wake itself.
    for (const unit of [
      'steward-serve.service',
      'steward-failure@x.service',
      'steward@health-check.service',
    ]) {
      expect([unit, await show(unit, 'OnFailure')]).toEqual([unit, '']);
    }
  });

  it('asks in a terminal, and shows no key that is typed', async () => {
    const rig = await logIn(lab, { columns: 120, rows: 50 });
    rig.type('steward setup --no-check\r');
    for (const [question, answer] of [
      ['Who may see what steward does', 'anna'],
      ['Model (none: rules only', 'claude-sonnet-5-5'],
      ['Key for claude-sonnet-5-5', 'sk-typed-4711'],
      ['Tell a phone through ntfy', ''],
      ['Dollars a month', '5'],
      ['When is the machine looked at', ''],
      ['Whose failure starts a look', ''],
    ] as const) {
      await rig.waitForText(question);
      rig.type(`${answer}\r`);
    }
    await rig.waitForText('steward setup --remove');
    const shown = [...rig.scrollback(), ...rig.screen()].join('\n');
    expect(shown).toMatch(/^written {4}\/etc\/credstore\/steward\.anthropic$/m);
    expect(shown).toContain('All runs together, alerts too: at most $5.00.');
    expect(shown).not.toContain('sk-typed');
    expect(await lab.must(['cat', '/etc/credstore/steward.anthropic'])).toBe('sk-typed-4711\n');
    await rig.close();
    await lab.must(['rm', '-f', '/root/.bash_history']);
    await lab.must(['steward', 'setup', '--yes', '--no-check', ...FLAGS]);
  });
});

describe('serve as installed', () => {
  it('makes one incident and one run of a service that failed', async () => {
    await breakBackup(lab);
    const [run] = await until('a run of the incident', async () => {
      const runs = await systemRuns('incident');
      return runs[0]?.outcome === 'escalated' ? runs : undefined;
    });
    expect(run).toMatchObject({ trigger: 'on-failure', goal: 'incident' });
    const listed = await as('anna', 'steward', 'incidents', 'list');
    expect(listed.stdout).toMatch(new RegExp(`UnitFailed ${BACKUP} .*\\(system\\)\\n`));
    const shown = await as('anna', 'steward', 'runs', 'show', run?.run ?? '');
    expect(shown.stdout).toContain(`F1 ${BACKUP} (Nightly backup) has failed`);
    const report = await as('anna', 'steward', 'incidents', 'report', listed.stdout.split(' ')[0] ?? '');
    expect(report.stdout).toContain(BACKUP_SAYS);
    await until('a person is told', async () =>
      phone.messages().some(({ title, message }) => `${title} ${message}`.includes(BACKUP))
        ? true
        : undefined,
    );
    // Whoever becomes its user has the state of the units.
    const become = [
      'setpriv',
      '--reuid=steward',
      '--regid=steward',
      '--init-groups',
      'env',
      'HOME=/var/lib/steward',
    ];
    expect((await lab.run([...become, 'steward', 'runs', 'list'])).stdout).toContain(run?.run);
    // What was told is with steward: nothing is kept for another try.
    expect(await lab.must(['find', '/var/lib/steward-failures', '-name', '*.json'])).toBe('');
  });

  it('shows nothing to whoever is not in its group', async () => {
    const { stdout, code } = await as('otto', 'steward', 'runs', 'list', '--json');
    expect([code, stdout]).toEqual([0, '[]\n']);
  });

  it('is ended and begun again by the watchdog when it hangs', async () => {
    const watch = '/etc/systemd/system/steward-serve.service.d/watch.conf';
    await lab.write(watch, '[Service]\nWatchdogSec=5\n');
    await lab.must(['systemctl', 'daemon-reload']);
    await lab.must(['systemctl', 'restart', 'steward-serve.service']);
    await lab.must(['systemctl', 'kill', '--kill-whom=main', '--signal=STOP', 'steward-serve.service']);
    const said = () => lab.must(['journalctl', '-u', 'steward-serve', '-o', 'cat', '--no-pager']);
    await until('the watchdog', async () => ((await said()).includes('Watchdog timeout') ? true : undefined));
    // The next one gets the time of the shipped unit, which also a busy machine keeps.
    await lab.must(['rm', watch]);
    await lab.must(['systemctl', 'daemon-reload']);
    await until('another serve', async () => {
      const isOn = (await show('steward-serve.service', 'ActiveState')) === 'active';
      return isOn && (await show('steward-serve.service', 'NRestarts')) !== '0' ? true : undefined;
    });
  });

  it('carries out what a phone approves, inside the hardened unit', async () => {
    const dropIn = '/etc/systemd/system/steward-serve.service.d/shop.conf';
    await lab.write(dropIn, '[Service]\nReadWritePaths=/srv/data\n');
    const file = '/srv/data/shop.conf';
    await lab.write(file, 'port=80\n');
    await lab.must(['chown', 'steward:', file]);
    const edit = `apply: [{ edit: { file: ${file}, find: '80', replace: '8080' } }]`;
    const proof = `verify: [{ run: grep -q 8080 ${file}, for: 0s }]`;
    await lab.write('/srv/change.yaml', `title: Serve on 8080\n${edit}\n${proof}\n`);
    await lab.must(['systemctl', 'daemon-reload']);
    await lab.must(['systemctl', 'restart', 'steward-serve.service']);
    const become = ['setpriv', '--reuid=steward', '--regid=steward', '--init-groups', 'env', '-C', '/srv'];
    const ours = (...args: string[]) => lab.run([...become, 'HOME=/var/lib/steward', 'steward', ...args]);
    expect((await ours('change', 'run', '/srv/change.yaml')).code).toBe(77);
    const { approvals } = JSON.parse((await ours('approvals', 'list', '--json')).stdout);
    const { url } = JSON.parse((await ours('pages', 'enroll', '--json')).stdout);
    const base = 'http://127.0.0.1:9097';
    const curl = ['curl', '-sS', '-b', '/tmp/phone', '-c', '/tmp/phone', '-H', `Origin: ${base}`];
    const secret = new URL(url).search.slice(1);
    await lab.must([...curl, '-d', secret, `${base}/enroll`]);
    const path = `${base}/approvals/${approvals[0].id}`;
    const page = await lab.must([...curl, path]);
    expect(page).toContain('+port=8080');
    const hidden = [...page.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)];
    const fields = hidden.flatMap(([, name, value]) => ['-d', `${name}=${value}`]);
    await lab.must([...curl, ...fields, '-d', 'decision=approve', path]);
    await until('it is carried out', async () =>
      (await lab.must([...curl, path])).includes('carried out: fixed') ? true : undefined,
    );
    expect(await lab.must(['cat', file])).toBe('port=8080\n');
    await lab.must(['rm', dropIn, file, '/srv/change.yaml', '/tmp/phone']);
    await lab.must(['systemctl', 'daemon-reload']);
  });

  it('ends in order when it is told to, with the run that was on in the middle of a command', async () => {
    const call = { name: 'Bash', input: { command: 'journalctl -f' } };
    const settings = await lab.must(['cat', SETTINGS]);
    const script = Array(4).fill({ text: 'I follow the log.', toolCalls: [call] });
    const follower = await startLabModel(lab, 'follower', { dialect: 'openai', script });
    await lab.write(SETTINGS, settings + follower.settings);
    await lab.must(['systemctl', 'restart', 'steward-serve.service']);
    const token = (await lab.must(['cat', '/etc/credstore/steward.intake-token'])).trim();
    const header = ['-H', `Authorization: Bearer ${token}`];
    const post = ['curl', '-sf', ...header, '--data-binary', '@-', 'http://127.0.0.1:9097/alertmanager/lab'];
    expect(await lab.must(post, { input: alertBody('NasIsSlow', { instance: 'nas:9100' }) })).toContain(
      'accepted',
    );
    const following = ['pgrep', '-u', 'steward', '-f', 'journalctl -f$'];
    await until('the command runs', async () => ((await lab.run(following)).code === 0 ? true : undefined));
    await lab.must(['systemctl', 'stop', 'steward-serve.service']);
    expect(await show('steward-serve.service', 'Result')).toBe('success');
    expect((await lab.run(['pgrep', '-u', 'steward'])).code).toBe(1);
    await follower.stop();
    await lab.write(SETTINGS, settings);
    await lab.must(['systemctl', 'start', 'steward-serve.service']);
    expect((await systemRuns('incident')).map(({ outcome }) => outcome)).toEqual(['stopped', 'escalated']);
  });
});

describe('timers', () => {
  beforeAll(async () => {
    const goal = 'description: Look.\nprobes: [disk]\nautonomy: observe\ngate: never\n';
    for (const name of ['soon', 'late'])
      await lab.write(`/etc/steward/goals/${name}.md`, `---\n${goal}---\nLook.\n`);
  });

  const schedule = (goal: string, when: string) =>
    lab.write(
      `/etc/systemd/system/steward@${goal}.timer.d/50-steward.conf`,
      `[Timer]\nOnCalendar=\nOnCalendar=${when}\nRandomizedDelaySec=0\nAccuracySec=1us\n`,
    );

  it('begin a run at their time, and one that was slept through is caught up, each once', async () => {
    // Its time comes again and again within one slot, which does not end with the hour.
    for (const goal of ['soon', 'late']) {
      await lab.write(
        `/etc/systemd/system/steward@${goal}.service.d/50-steward.conf`,
        '[Service]\nEnvironment=STEWARD_SLOT=once\n',
      );
    }
    await schedule('soon', '*:*:0/2');
    await schedule('late', 'daily');
    // The machine was off when it was time: the last one that systemd knows of is of long ago.
    await lab.write('/var/lib/systemd/timers/stamp-steward@late.timer', '');
    await lab.must(['touch', '-d', '3 days ago', '/var/lib/systemd/timers/stamp-steward@late.timer']);
    await lab.must(['systemctl', 'daemon-reload']);
    await lab.must(['systemctl', 'enable', '--now', 'steward@soon.timer', 'steward@late.timer']);
    for (const goal of ['soon', 'late']) {
      const [run] = await until(`a run of ${goal}`, async () => {
        const runs = await systemRuns(goal);
        return runs[0] !== undefined && runs[0].outcome !== 'open' ? runs : undefined;
      });
      expect(run).toMatchObject({ trigger: 'timer', goal });
      // Started by hand in the same slot, it has nothing to do.
      await lab.must(['systemctl', 'start', `steward@${goal}.service`]);
      expect(await systemRuns(goal)).toHaveLength(1);
    }
  });
});

describe('when it goes', () => {
  it('setup takes back all that it did', async () => {
    // Of the tests above.
    const own =
      '/etc/systemd/system/steward@soon.* /etc/systemd/system/steward@late.* /etc/steward/goals/soon.md /etc/steward/goals/late.md';
    await lab.must(['sh', '-c', `rm -r ${own} && rmdir /etc/systemd/system/steward-serve.service.d`]);
    const said = await lab.must(['steward', 'setup', '--remove', '--yes']);
    expect(said).toContain(`as before  ${SETTINGS}`);
    expect(await readTree()).toEqual(bare);
    expect(await lab.must(['systemctl', 'list-units', '--plain', '--no-legend', 'steward*'])).toBe('');
    expect(await lab.must(['id', '-nG', 'anna'])).toBe('anna\n');
  });

  it('is removed and purged without a trace of it', async () => {
    await lab.must(['apt-get', 'remove', '-y', '-q', 'steward']);
    expect(await lab.must(['systemctl', 'list-units', '--plain', '--no-legend', 'steward*'])).toBe('');
    await lab.must(['rm', '/opt/steward']);
    await lab.must(['apt-get', 'purge', '-y', '-q', 'steward']);
    expect((await lab.run(['getent', 'passwd', 'steward'])).code).toBe(2);
    expect((await lab.run(['getent', 'group', 'steward', 'steward-approvers'])).stdout).toBe('');
    const tests = /^\/((home|srv|opt|var\/spool\/mail|var\/mail)\/|etc\/sub.id-)/;
    const left = (await listTree()).filter((path) => !before.includes(path) && !tests.test(path));
    expect(left).toEqual([]);
  });
});
