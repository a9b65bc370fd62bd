import { cpSync, existsSync, mkdirSync, readdirSync, rmdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { mustRun, type Output, runOnHost } from './host.ts';

/**
 * A Debian with a booted systemd, the built project at /opt/steward and a nearly empty small file system at /srv/data.
 * What it holds is gone after `down`. Needs root.
 */
export interface Lab {
  /** Folder of the host that is /opt/share inside. */
  share: string;
  run(argv: readonly string[], options?: { env?: Record<string, string>; input?: string }): Promise<Output>;
  /** `run` for what must work; answers with stdout. */
  must(argv: readonly string[], options?: { input?: string }): Promise<string>;
  /** What the host has to start to run this inside: for what wants a terminal. */
  argv(argv: readonly string[]): string[];
  steward(args: readonly string[], options?: { env?: Record<string, string> }): Promise<Output>;
  write(path: string, text: string): Promise<void>;
  /** The plug is pulled, and it boots again with what was on its disk. Only where `isPersistent`. */
  cutPower(): Promise<void>;
  /** Orderly power-off; nothing is left on the host. May be called twice. */
  down(): Promise<void>;
}

export const STEWARD = '/opt/steward/bin/steward';

/** How busy it is, is a matter of the machine around the lab: nothing that these tests may depend on. */
export const LAB_SETTINGS = 'probes: { disabled: [load, pressure] }\n';

const HERE = import.meta.dirname;
const PROJECT = join(HERE, '../..');
const BOOT = join(HERE, 'boot-systemd.sh');
const DATA_SIZE = '16M';

/**
 * `name`: lower-case letters, digits and dashes; told apart from other runs of the same test by the process id. `isBare`:
 * without steward and its settings, for what installs it as operators do. `root`: which of those that make-root.sh makes.
 */
export async function bootLab(
  name: string,
  {
    isPersistent = false,
    isBare = false,
    root: kind,
  }: { isPersistent?: boolean; isBare?: boolean; root?: 'services' } = {},
): Promise<Lab> {
  if (!existsSync(join(PROJECT, 'dist/cli.mjs'))) throw new Error('not built: npm run test:lab builds first');
  const root = (await mustRun(['bash', join(HERE, 'make-root.sh'), kind ?? ''])).trim();
  await sweep(root);
  const full = `${name}-${process.pid}`;
  const place = join(dirname(root), `place-${full}`);
  const share = join(place, 'share');
  const boot = (verb: string, ...more: string[]) => ['bash', BOOT, verb, root, full, ...more];
  const down = () => takeDown(root, full, place);
  const inside = (argv: readonly string[], env: Record<string, string> = {}) =>
    boot('exec', '--', 'env', ...Object.entries(env).map(([key, value]) => `${key}=${value}`), ...argv);
  const program = isBare ? [] : [`${place}/steward:/opt/steward:ro`];
  const binds = [...program, `${place}/data:/srv/data`, `${share}:/opt/share`];
  const disk = isPersistent ? { LAB_PERSIST: join(place, 'disk') } : {};
  const up = () => mustRun(boot('up'), { env: { LAB_BIND: binds.join(' '), ...disk } });
  try {
    await preparePlace(place);
    await up();
    if (!isBare) {
      await mustRun(inside(['mkdir', '/etc/steward']));
      // Where the package puts it, and what the shipped units name.
      await mustRun(inside(['ln', '-s', '/opt/steward', '/usr/lib/steward']));
      await mustRun(inside(['tee', '/etc/steward/steward.yaml']), { input: LAB_SETTINGS });
    }
  } catch (error) {
    await down();
    throw error;
  }
  return {
    share,
    run: (argv, options = {}) => runOnHost(inside(argv, options.env), options),
    must: (argv, options = {}) => mustRun(inside(argv), options),
    argv: inside,
    steward: (args, options = {}) => runOnHost(inside([STEWARD, ...args], options.env)),
    async write(path, text) {
      await mustRun(inside(['sh', '-c', 'mkdir -p "$(dirname "$1")" && cat > "$1"', 'sh', path]), {
        input: text,
      });
    },
    async cutPower() {
      if (!isPersistent) throw new Error('nothing of this lab would be left');
      await mustRun(boot('cut'));
      await up();
    },
    down,
  };
}

/**
 * On a tmpfs of its own, so that the probes inside never see how full the host's disk is. The copy is what a package
 * holds, with its own Node; the loop device frees itself when its file system is unmounted.
 */
async function preparePlace(place: string): Promise<void> {
  mkdirSync(place, { recursive: true });
  await mustRun(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'steward-lab', place]);
  for (const folder of ['share', 'data', 'steward/node_modules/.bin']) {
    mkdirSync(join(place, folder), { recursive: true });
  }
  for (const part of ['bin', 'dist', 'package.json']) {
    cpSync(join(PROJECT, part), join(place, 'steward', part), { recursive: true });
  }
  const node = `node-linux-${process.arch}`;
  const binary = join('node_modules', node, 'bin/node');
  cpSync(join(PROJECT, binary), join(place, 'steward', binary));
  symlinkSync(`../${node}/bin/node`, join(place, 'steward/node_modules/.bin/node'));
  const image = join(place, 'data.img');
  await mustRun(['truncate', '-s', DATA_SIZE, image]);
  await mustRun(['mkfs.ext4', '-q', image]);
  await mustRun(['mount', '-o', 'loop', image, join(place, 'data')]);
}

async function takeDown(root: string, name: string, place: string): Promise<void> {
  await runOnHost(['bash', BOOT, 'down', root, name]);
  if (!existsSync(place)) return;
  // Lazily when it must be: a mount that somebody still holds must not keep the rest from being cleaned up.
  for (const mounted of [join(place, 'data'), place]) {
    if ((await runOnHost(['mountpoint', '-q', mounted])).code !== 0) continue;
    if ((await runOnHost(['umount', mounted])).code !== 0) await mustRun(['umount', '-l', mounted]);
  }
  rmdirSync(place);
}

/** What a test run that was killed left behind: its process id is in the name and belongs to nobody any more. */
async function sweep(root: string): Promise<void> {
  for (const entry of readdirSync(dirname(root))) {
    const [, name, pid] = /^place-(.+-(\d+))$/.exec(entry) ?? [];
    if (name === undefined || existsSync(`/proc/${pid}`)) continue;
    await takeDown(root, name, join(dirname(root), basename(entry)));
  }
}
