import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Needs } from '../protocol/isolation.ts';
import type { SandboxPlan } from './bubblewrap.ts';

/** What is to be hidden from commands and kept from them, whatever they are. */
export interface Confines {
  isSecretPath(path: string): boolean;
  /** Where secrets are usually kept, and how many levels below to look. */
  secretFolders: readonly { path: string; depth: number }[];
  /** steward's own: never writable. */
  guarded: readonly string[];
}

/** What even a program without sockets needs of /run: NixOS keeps programs there, systemd the name servers. */
const SHOWN_IN_RUN = [
  '/run/current-system',
  '/run/booted-system',
  '/run/opengl-driver',
  '/run/nscd',
  '/run/systemd/resolve',
  '/run/utmp',
];
/** A thing in here may be changed; the folder that it is in is more than a command means. */
const WIDE = /^(?:\/|\/(?:etc|var|home|nix|run)|\/(?:usr|bin|sbin|lib\w*|boot)(?:\/.*)?)$/;
/** Nothing in here becomes writable. */
const KERNEL = /^\/(?:dev|proc|sys)(?:\/|$)/;
/** Folders of a work tree with more entries are not searched to the end. */
const MAX_ENTRIES = 2_000;

/** Looks at the machine as it is now. Whatever it finds may be gone a moment later: then the sandbox is not built. */
export function planSandbox(needs: Needs, cwd: string, isEffect: boolean, confines: Confines): SandboxPlan {
  const isHost = needs.profiles.includes('host');
  const tree = workTreeOf(cwd);
  const reached = existing(needs.reaches);
  const writable = isEffect
    ? outermost([...(tree === null ? [] : [tree]), ...needs.writes.flatMap(writablePlace)])
    : [];
  const isReached = (path: string) => reached.some((reach) => isAtOrBelow(path, reach));
  const hidden = [
    ...findSecrets(confines, tree),
    ...readSockets().filter((path) => isHost || !isAtOrBelow(path, '/run')),
  ].filter((path) => !isReached(path) && !KERNEL.test(path));
  const gone = outermost(isHost ? hidden : hidden.filter((path) => !isAtOrBelow(path, '/run')));
  return {
    cwd: realpathSync(cwd),
    isRoot: process.getuid?.() === 0,
    hasNetwork: isHost || needs.profiles.includes('cluster'),
    sharesProcesses: isHost,
    hasOwnProc: !isHost,
    seesRun: isHost,
    shownInRun: SHOWN_IN_RUN.filter(exists),
    devices: reached.filter((path) => isAtOrBelow(path, '/dev')),
    writable,
    guarded: existing([
      ...confines.guarded,
      ...writable.flatMap((path) => [
        join(path, '.git/hooks'),
        join(path, '.steward'),
        join(path, 'steward.yaml'),
      ]),
    ]).filter((path) => writable.some((place) => isAtOrBelow(path, place))),
    hiddenFiles: gone.filter((path) => !isFolder(path)),
    hiddenFolders: gone.filter(isFolder),
    shown: reached.filter((path) => !isAtOrBelow(path, '/dev')),
  };
}

/** What has to be writable for this path to be made, changed, moved or deleted. */
function writablePlace(path: string): string[] {
  const real = realOf(path);
  if (real !== null) {
    const folder = dirname(real);
    return (WIDE.test(folder) ? [real] : [folder]).filter((place) => place !== '/' && !KERNEL.test(place));
  }
  let folder = dirname(path);
  while (!exists(folder)) folder = dirname(folder);
  const place = realpathSync(folder);
  return WIDE.test(place) || KERNEL.test(place) ? [] : [place];
}

function workTreeOf(cwd: string): string | null {
  for (let folder = realpathSync(cwd); folder !== '/'; folder = dirname(folder)) {
    if (exists(join(folder, '.git'))) return folder;
  }
  return null;
}

/** What there is of secrets, by their names: where they are usually kept, in homes, and in a work tree. */
export function findSecrets(
  confines: Pick<Confines, 'isSecretPath' | 'secretFolders'>,
  tree: string | null,
): string[] {
  const found: string[] = [];
  const look = (folder: string, depth: number): void => {
    for (const name of namesIn(folder).slice(0, MAX_ENTRIES)) {
      const path = join(folder, name);
      if (confines.isSecretPath(path)) found.push(path);
      else if (depth > 1 && name !== '.git' && name !== 'node_modules' && isRealFolder(path))
        look(path, depth - 1);
    }
  };
  for (const { path, depth } of confines.secretFolders) {
    if (depth === 0) found.push(path);
    else look(path, depth);
  }
  for (const home of namesIn('/home')) look(join('/home', home), 1);
  if (tree !== null) look(tree, 2);
  return existing(found).filter((path) => path !== '/');
}

/** Sockets of the network namespace that have a name in the file system: proc_net_unix, the last column. */
function readSockets(): string[] {
  let table: string;
  try {
    table = readFileSync('/proc/net/unix', 'utf8');
  } catch {
    // Hidden from us, so the paths are unknown; /run is hidden as a whole.
    return [];
  }
  const paths = table.split('\n').flatMap((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1] ?? []);
  return existing(paths).filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true);
}

/** Without those that lie in another one. */
function outermost(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)];
  return unique.filter((path) => !unique.some((other) => other !== path && isAtOrBelow(path, other)));
}

function existing(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => realOf(path) ?? []))];
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** null: not there, or not for us to see; then it is not for what we start either. */
function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function exists(path: string): boolean {
  return realOf(path) !== null;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isRealFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Not there, or no folder, or not for us.
    return [];
  }
}
