import type { Ask, Lesson, Pin, Reading } from '../../protocol/typed-call.ts';
import type { Input } from '../typed/build-argv.ts';

const BOOTED = '/run/booted-system';
const CURRENT = '/run/current-system';

/** Parts that no activation replaces in a running system: links, and a file of words. */
const LINKS = ['kernel', 'initrd'];
const PARAMETERS = 'kernel-params';

/** What differs between what was booted and what is to be switched to. */
export async function rebootReasons(output: string, ask: Ask): Promise<string[]> {
  const options = await changedMounts(CURRENT, output, ask);
  return [...(await changedParts(output, ask)), ...[...options.keys()].map(nameMount)];
}

/**
 * After an activation: what is not so in the running system although it is active. Seen in the system, not concluded
 * from the files: a remount takes some options and not others.
 */
export async function learn(input: Input, pin: Pin, reading: Reading, ask: Ask): Promise<Lesson | null> {
  const data = reading.data as { active?: unknown; needsReboot?: unknown } | null;
  if (data?.needsReboot === true) return lessonOf(input, pin, null);
  if (data?.active !== true) return null;
  const parts = await changedParts(CURRENT, ask);
  const mounts = await ineffectiveMounts(ask);
  const without = [...parts, ...mounts.map(nameMount)];
  return without.length === 0 ? null : lessonOf(input, pin, without);
}

function lessonOf(input: Input, { host = 'this machine' }: Pin, without: readonly string[] | null): Lesson {
  const call = `NixosRebuild ${String(input.verb)} of ${String(input.output ?? input.flake)}`;
  const names = without?.join(', ') ?? '';
  return {
    says: without === null ? 'it needs a reboot' : `it needs a reboot to take effect: ${names}`,
    note: {
      title:
        without === null
          ? `${host}: some systems of NixOS can be entered only by a reboot`
          : `${host}: without a reboot a switch has no effect on ${names}`,
      text:
        without === null
          ? `${call} ended with status 100: the new system cannot be entered from the running one. Make it what the next boot takes (verb boot), and plan a reboot with people.`
          : `${call} was active, and these stayed as they were booted: ${names}. Plan a reboot with people when they change, and verify them only after it.`,
      appliesTo: [host],
      // It was measured, not thought.
      confidence: 'high',
    },
  };
}

const nameMount = (mount: string): string => `mount options of ${mount}`;

async function changedParts(system: string, ask: Ask): Promise<string[]> {
  const looks = [
    ...LINKS.map((part) => ({ part, command: (from: string) => ['readlink', '-f', `${from}/${part}`] })),
    { part: PARAMETERS, command: (from: string) => ['cat', `${from}/${PARAMETERS}`] },
  ];
  const changed: string[] = [];
  for (const { part, command } of looks) {
    const [booted, then] = await Promise.all([BOOTED, system].map((from) => textOf(command(from), ask)));
    if (booted !== then) changed.push(part);
  }
  return changed;
}

/** Mount → its options before and after, where both name it and they differ. */
async function changedMounts(from: string, to: string, ask: Ask): Promise<Map<string, [string, string]>> {
  const [before, after] = await Promise.all(
    [from, to].map(async (system) => optionsOf((await textOf(['cat', `${system}/etc/fstab`], ask)) ?? '')),
  );
  return new Map(
    [...(after ?? [])].flatMap(([mount, options]): [string, [string, string]][] => {
      const old = before?.get(mount);
      return old === undefined || old === options ? [] : [[mount, [old, options]]];
    }),
  );
}

/** Changed since the boot, and the kernel still mounts it otherwise. What is not mounted takes them when it is. */
async function ineffectiveMounts(ask: Ask): Promise<string[]> {
  const changed = await changedMounts(BOOTED, CURRENT, ask);
  if (changed.size === 0) return [];
  const real = optionsOf((await textOf(['cat', '/proc/mounts'], ask)) ?? '');
  return [...changed].flatMap(([mount, [old, wanted]]) => {
    const now = real.get(mount);
    if (now === undefined) return [];
    const has = new Set(now.split(','));
    const [before, after] = [old, wanted].map((options) => new Set(options.split(',').filter(isOfKernel)));
    const isMissing = [...(after ?? [])].some((option) => before?.has(option) === false && !has.has(option));
    const isLeft = [...(before ?? [])].some((option) => after?.has(option) === false && has.has(option));
    return isMissing || isLeft ? [mount] : [];
  });
}

/** fstab(5), systemd.mount(5): words for those who mount, which no kernel ever shows. */
const FOR_MOUNTERS =
  /^(?:defaults|auto|noauto|user|nouser|users|owner|group|fail|nofail|_netdev|x-.+|comment=.*)$/;

function isOfKernel(option: string): boolean {
  return !FOR_MOUNTERS.test(option);
}

/** Of fstab or /proc/mounts; of what is mounted over another the last counts. */
function optionsOf(table: string): Map<string, string> {
  return new Map(
    table.split('\n').flatMap((line): [string, string][] => {
      const [device, mount, , options] = line.trim().split(/\s+/);
      return device === undefined || device.startsWith('#') || mount === undefined || options === undefined
        ? []
        : [[mount, options]];
    }),
  );
}

/** null: there is none. */
async function textOf(argv: readonly string[], ask: Ask): Promise<string | null> {
  const ran = await ask(argv);
  return typeof ran === 'string' || ran.exit !== 0 ? null : ran.output.trim();
}
