import { describe, expect, it } from 'vitest';
import type { Ask, Ran, Reading, TypedWork } from '../../../src/protocol/typed-call.ts';
import { createTypedCalls } from '../../../src/tools/index.ts';

const OUTPUT = `/nix/store/${'a'.repeat(32)}-nixos-system-nuc1`;
const calls = createTypedCalls(() => ({ environment: {}, machine: 'abc', hostname: 'nuc1' }));
const work: TypedWork = {
  tool: 'NixosRebuild',
  input: { verb: 'deploy', output: OUTPUT },
  pin: { host: 'nuc1', machine: 'abc' },
  argv: ['nixos-rebuild', 'test', `--store-path=${OUTPUT}`],
  cwd: '/',
  text: 'deploy',
  preconditions: [],
  undo: null,
  confirm: null,
};
const ACTIVE: Reading = { ok: true, detail: 'active', data: { active: true, failedUnits: [] } };

/** Answers `readlink` and `cat` of these paths; nothing else is there. */
const machine =
  (files: Record<string, string>): Ask =>
  async (argv) => {
    const found = files[argv.at(-1) ?? ''];
    const ran: Ran = { exit: found === undefined ? 1 : 0, output: found ?? '', error: '', timedOut: false };
    return ran;
  };
const learn = (files: Record<string, string>, reading = ACTIVE) => calls.learn(work, reading, machine(files));

const mounts = (options: string) => `/dev/sda1 / ext4 ${options} 0 1\n# /dev/sdb1 /old ext4 ro 0 0\n`;
const fstab = (before: string, after: string, real: string) => ({
  '/run/booted-system/etc/fstab': mounts(before),
  '/run/current-system/etc/fstab': mounts(after),
  '/proc/mounts': mounts(real),
});

describe('an activation of NixOS', () => {
  it('teaches nothing when all of it is as in the booted system', async () => {
    const same = { '/run/booted-system/kernel': '/k1', '/run/current-system/kernel': '/k1' };
    expect(await learn({ ...same, ...fstab('defaults', 'defaults', 'rw,relatime') })).toBeNull();
  });

  it('teaches which parts stayed as they were booted: kernel, initrd, words for the kernel', async () => {
    const lesson = await learn({
      '/run/booted-system/kernel': '/k1',
      '/run/current-system/kernel': '/k2',
      '/run/booted-system/initrd': '/i1',
      '/run/current-system/initrd': '/i2',
      '/run/booted-system/kernel-params': 'quiet',
      '/run/current-system/kernel-params': 'quiet mitigations=off',
    });
    expect(lesson?.says).toBe('it needs a reboot to take effect: kernel, initrd, kernel-params');
    expect(lesson?.note).toEqual({
      title: 'nuc1: without a reboot a switch has no effect on kernel, initrd, kernel-params',
      text: `NixosRebuild deploy of ${OUTPUT} was active, and these stayed as they were booted: kernel, initrd, kernel-params. Plan a reboot with people when they change, and verify them only after it.`,
      appliesTo: ['nuc1'],
      confidence: 'high',
    });
  });

  it.each([
    ['one that was added and is not there', 'defaults', 'defaults,noatime', 'rw,relatime'],
    ['one that was taken away and is still there', 'noexec,noatime', 'noatime', 'rw,noexec,noatime'],
    ['one of which the kernel has another value', 'size=1G', 'size=2G', 'rw,size=1G'],
  ])('teaches that options of a mount had no effect: %s', async (_, before, after, real) => {
    const lesson = await learn(fstab(before, after, real));
    expect(lesson?.says).toBe('it needs a reboot to take effect: mount options of /');
  });

  it.each([
    ['took effect by a remount', 'defaults', 'noatime', 'rw,noatime'],
    ['are words for systemd only', 'defaults', 'defaults,nofail,x-systemd.automount', 'rw,relatime'],
  ])('teaches nothing when options that changed %s', async (_, before, after, real) => {
    expect(await learn(fstab(before, after, real))).toBeNull();
  });

  it('of a mount that is not mounted teaches nothing: it takes them when it is', async () => {
    expect(
      await learn({ ...fstab('ro', 'rw', 'rw'), '/proc/mounts': 'proc /proc proc rw 0 0\n' }),
    ).toBeNull();
  });

  it('that could not be entered (100) teaches that, and one that failed otherwise nothing', async () => {
    const reading = calls.read(work, { exit: 100, output: '', error: '', timedOut: false });
    expect(await learn({}, reading)).toMatchObject({
      says: 'it needs a reboot',
      note: { title: 'nuc1: some systems of NixOS can be entered only by a reboot' },
    });
    const failed = calls.read(work, { exit: 2, output: '', error: '', timedOut: false });
    expect(await learn({ '/run/booted-system/kernel': '/k1' }, failed)).toBeNull();
  });
});
