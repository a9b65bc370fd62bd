import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deadManUnits, letTimersGoOff, untilNoTimer } from './dead-man-timers.ts';
import { bootLab, LAB_SETTINGS, type Lab } from './lab.ts';

const PROFILE = '/nix/var/nix/profiles/system';
let lab: Lab;
let old = '';

beforeAll(async () => {
  lab = await bootLab('nixos');
  cpSync(join(import.meta.dirname, '../stand-ins'), join(lab.share, 'stand-ins'), { recursive: true });
  for (const name of ['nixos-rebuild', 'make-system', 'nix']) {
    await lab.must(['install', '-m755', `/opt/share/stand-ins/${name}`, `/usr/local/bin/${name}`]);
  }
  for (const name of ['nix-env', 'nix-store']) await lab.must(['ln', '-s', 'nix', `/usr/local/bin/${name}`]);
});
afterAll(() => lab?.down());

const settle = (deadMan: string) =>
  lab.write('/etc/steward/steward.yaml', `${LAB_SETTINGS}changes: { dead_man: ${deadMan} }\n`);

const system = async (name: string, version: string, { kernel = '6.1', exit = 0, more = '' } = {}) =>
  (await lab.must(['make-system', name, version, kernel, String(exit), more])).trim();

beforeEach(async () => {
  // Long enough for whatever the machine around the lab is busy with.
  await settle('10m');
  await lab.run(['systemctl', 'stop', 'steward-deadman-*.timer']);
  old = await system('old', 'old');
  await lab.must(['ln', '-sfn', old, '/run/booted-system']);
  await lab.must(['ln', '-sfn', old, PROFILE]);
  await lab.must([`${old}/bin/switch-to-configuration`, 'test']);
});

const plan = (output: string, version = 'new') => `title: The new system
apply:
  - call: { NixosRebuild: { verb: deploy, output: ${output} } }
verify:
  - run: grep -qx ${version} /etc/system-version
    for: 500ms
`;

async function run(text: string, verb = 'run'): Promise<{ code: number | null; stdout: string }> {
  await lab.write('/root/change.yaml', text);
  const more = verb === 'run' ? ['--yes', '--output-format', 'json'] : ['--json'];
  return lab.steward(['change', verb, '/root/change.yaml', ...more]);
}

interface Waiting {
  id: string;
  title: string;
  state: string;
}
const notes = async (): Promise<Waiting[]> => {
  const { stdout } = await lab.steward(['approvals', 'list', '--json']);
  const { approvals } = JSON.parse(stdout) as { approvals: Waiting[] };
  return approvals.filter(({ title }) => title.startsWith('Keep a note: '));
};
const kept = async () => (await lab.run(['sh', '-c', 'cat /root/.config/steward/knowledge/*.md'])).stdout;

const at = async (link: string) => (await lab.must(['readlink', '-f', link])).trim();

describe('a deployment of NixOS (stand-in) with a timer of the real systemd', () => {
  it('is tested, verified, switched to, and stays when the timer goes off', async () => {
    const next = await system('next', 'new');
    const { code, stdout } = await run(plan(next));
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('app: old → new');
    expect(await deadManUnits(lab)).toContain('steward-deadman-');
    await letTimersGoOff(lab);
    expect([await at('/run/current-system'), await at(PROFILE)]).toEqual([next, next]);
  });

  it('with failed units (4) is active, and its verification decides', async () => {
    const next = await system('partly', 'new', { exit: 4 });
    const { code, stdout } = await run(plan(next));
    expect(code, stdout).toBe(0);
    expect(await at(PROFILE)).toBe(next);
    const bad = await system('partly-bad', 'other', { exit: 4 });
    expect((await run(plan(bad))).code).toBe(58);
    expect([await at('/run/current-system'), await at(PROFILE)]).toEqual([next, next]);
  });

  it('that is not verified never becomes the default, and the old system is active again', async () => {
    const next = await system('wrong', 'wrong');
    const { code, stdout } = await run(plan(next));
    expect(code, stdout).toBe(58);
    expect([await at('/run/current-system'), await at(PROFILE)]).toEqual([old, old]);
    expect((await lab.must(['cat', '/etc/system-version'])).trim()).toBe('old');
  });

  it('that cuts steward off is undone by the timer on the machine, which kept the old system from being collected', async () => {
    await settle('15s');
    const next = await system('cutting', 'new', { more: 'pkill -KILL -f cli.mjs' });
    expect((await run(plan(next))).stdout).toBe('');
    expect(await at('/run/current-system')).toBe(next);
    expect(await lab.must(['sh', '-c', 'readlink -f /run/steward-deadman/*.system | sort -u'])).toContain(
      old,
    );
    await untilNoTimer(lab);
    expect([await at('/run/current-system'), await at(PROFILE)]).toEqual([old, old]);
    const { code, stdout } = await lab.steward(['recover', '--json']);
    expect({ code, recovered: JSON.parse(stdout).recovered }).toMatchObject({
      code: 0,
      recovered: [{ end: 'rolled-back' }],
    });
  });

  it('that was rolled back has no timer left that would bring back what is old by then', async () => {
    const wrong = await system('wrong-again', 'wrong');
    expect((await run(plan(wrong))).code).toBe(58);
    const next = await system('after-that', 'new');
    expect((await run(plan(next))).code).toBe(0);
    await letTimersGoOff(lab);
    expect([await at('/run/current-system'), await at(PROFILE)]).toEqual([next, next]);
  });

  it('of a flake is what its commit builds, and what was tested is what is switched to', async () => {
    const flake = (version: string) => `title: The new system
apply:
  - call: { NixosRebuild: { verb: deploy, flake: '/srv/infra#nuc1' } }
verify:
  - run: grep -qx ${version} /etc/system-version
    for: 0s
`;
    await lab.must([
      'sh',
      '-ec',
      `rm -rf /srv/infra; mkdir /srv/infra; cd /srv/infra; git init -q; git config user.name a; git config user.email a@b
       echo 'built new' >system; git add system; git commit -qm one`,
    ]);
    const commit = (await lab.must(['git', '-C', '/srv/infra', 'rev-parse', 'HEAD'])).trim();
    const checked = await run(flake('new'), 'check');
    expect(checked.stdout).toContain(`built from commit ${commit.slice(0, 12)} of /srv/infra`);
    const failed = await run(flake('never'));
    expect(failed.code, failed.stdout).toBe(58);
    expect([await at('/run/current-system'), await at(PROFILE)]).toEqual([old, old]);
    const done = await run(flake('new'));
    expect(done.code, done.stdout).toBe(0);
    const next = await at('/run/current-system');
    expect(next).toMatch(/-built$/);
    expect(await at(PROFILE)).toBe(next);
    await lab.must(['sh', '-c', 'echo unfinished >>/srv/infra/system']);
    const dirty = await run(flake('new'));
    expect([dirty.code, dirty.stdout]).toEqual([42, expect.stringContaining('commit it first')]);
  });

  it('that needs a reboot (100) says so, and is not taken for done', async () => {
    const next = await system('incompatible', 'new', { exit: 100 });
    const { code, stdout } = await run(plan(next));
    expect(code).toBe(58);
    expect(stdout).toContain('it needs a reboot');
    expect(await at(PROFILE)).toBe(old);
    expect((await notes()).map(({ title }) => title)).toContainEqual(
      expect.stringContaining('some systems of NixOS can be entered only by a reboot'),
    );
  });

  it('whose kernel is another one is said to need a reboot before anybody says yes', async () => {
    const next = await system('kernel', 'new', { kernel: '6.12' });
    const { stdout } = await run(plan(next), 'check');
    expect(stdout).toContain('needs a reboot to take effect: kernel, initrd');
    expect(JSON.parse(stdout).planned.preconditions).toContainEqual({
      kind: 'store-path',
      name: '/run/current-system',
      value: old,
    });
  });

  it('whose kernel has no effect before a reboot says so, and a note of it becomes a file by a yes, and is proposed once', async () => {
    const deploy = async (name: string) => {
      const { code, stdout } = await run(plan(await system(name, 'new', { kernel: '6.12' })));
      expect(code, stdout).toBe(0);
      expect(stdout).toContain('it needs a reboot to take effect: kernel, initrd');
      return stdout;
    };
    expect(await deploy('kernel-once')).toContain('As a note it waits for an answer as ');
    const about = async () => (await notes()).filter(({ title }) => title.endsWith('kernel, initrd'));
    const [note, ...others] = await about();
    expect([note?.state, others]).toEqual(['pending', []]);
    expect(note?.title).toMatch(
      /^Keep a note: \S+: without a reboot a switch has no effect on kernel, initrd$/,
    );
    expect(await kept()).not.toContain('has no effect on kernel');
    const yes = await lab.steward(['approvals', 'approve', note?.id ?? '']);
    expect(yes.code, yes.stderr).toBe(0);
    expect(await kept()).toMatch(
      /^---\napplies_to: \[\S+\]\nlearned_from: [\da-f]{8}\n(.*\n)*# \S+ without a reboot a switch has no effect on kernel, initrd\n/m,
    );
    await lab.must([`${old}/bin/switch-to-configuration`, 'test']);
    expect(await deploy('kernel-again')).not.toContain('As a note');
    expect(await about()).toEqual([]);
  });

  it('that is cut off while it is switched to is finished by recovery, and what that has shown is proposed as a note', async () => {
    const once =
      '[ "$1" = switch ] && [ ! -e /run/cut-once ] && touch /run/cut-once && pkill -KILL -f cli.mjs';
    const next = await system('cut-in-switch', 'new', { kernel: '6.13', more: once });
    await lab.must(['ln', '-sfn', '/nix/store/initrd-6.1', `${next}/initrd`]);
    expect((await run(plan(next))).stdout).toBe('');
    const { code, stdout } = await lab.steward(['recover', '--json']);
    expect({ code, recovered: JSON.parse(stdout).recovered }).toMatchObject({
      code: 0,
      recovered: [
        { end: 'held', message: expect.stringContaining('it needs a reboot to take effect: kernel') },
      ],
    });
    expect([await at('/run/current-system'), await at(PROFILE)]).toEqual([next, next]);
    const waiting = await notes();
    expect(
      waiting.map(({ state, title }) => [state, title.replace(/\S+: without/, 'HOST: without')]),
    ).toContainEqual(['pending', 'Keep a note: HOST: without a reboot a switch has no effect on kernel']);
  });

  it('whose mount options the running kernel does not have is found out by looking, and one that took effect is not', async () => {
    const options = async (path: string, words: string) =>
      lab.must(['sh', '-c', `echo 'x / x ${words} 0 0' >${path}/etc/fstab`]);
    await options(old, 'defaults');
    const [, , , real = ''] = (await lab.must(['grep', '-m1', ' / ', '/proc/mounts'])).split(' ');
    const same = await system('mounts-same', 'new');
    await options(same, `defaults,${real.split(',')[0]}`);
    const took = await run(plan(same));
    expect([took.code, took.stdout.includes('it needs a reboot')]).toEqual([0, false]);
    const other = await system('mounts-other', 'new');
    await options(other, 'defaults,commit=61');
    const { code, stdout } = await run(plan(other));
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('it needs a reboot to take effect: mount options of /');
    expect((await notes()).map(({ title }) => title)).toContainEqual(
      expect.stringContaining('has no effect on mount options of /'),
    );
  });
});
