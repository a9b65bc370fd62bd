import { lstatSync, readlinkSync, realpath, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OpsError } from '../lib/ops-error.ts';

/** path_resolution(7): the kernel gives up here too. */
const MAX_LINKS = 40;
/** PATH_MAX, with what a working directory puts in front. No call of the kernel takes a longer one. */
const MAX_BYTES = 8192;

/** The system's own places answer at once. Elsewhere a share may hang, and must not hang us: another thread asks first. */
const AT_ONCE = /^\/(?:etc|proc|sys|run|dev|usr|bin|sbin|lib\w*|boot)(?:\/|$)/;

/**
 * The path as the kernel would walk it: every link is followed before the `..` after it counts, also a link to
 * nothing. What does not exist (or may not be looked at) is taken as it is written, and so is a process's `cwd`.
 */
export async function resolvePath(path: string, cwd: string): Promise<string> {
  // Each part costs a look: half a million of them would hold the run up for minutes.
  if (Buffer.byteLength(path) > MAX_BYTES) {
    throw new OpsError('bad-path', 'tool', `${path.slice(0, 80)}… is too long a path`);
  }
  const whole = path.startsWith('/') ? path : join(cwd, './') + path;
  const real = AT_ONCE.test(whole) ? realPath(whole) : await realPathBeside(whole);
  return real === undefined || mayBeOurs(whole, real) ? walk(whole) : real;
}

/** A working directory as the kernel shows it: ours is not that of a command that begins with `cd`. */
const OF_A_PROCESS = /^\/proc\/\d+(?:\/task\/\d+)?\/cwd$/;

/** It leads below our own working directory, and does not say so: perhaps by way of `/proc/self/cwd`. */
function mayBeOurs(path: string, real: string): boolean {
  const here = join(process.cwd(), '/');
  const isSaid = path.startsWith(here) && !path.includes('..');
  return !isSaid && join(real, '/').startsWith(here);
}

/** Of a path that leads to something the C library says the same in one call. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    // Not there, or hidden from us.
    return undefined;
  }
}

function realPathBeside(path: string): Promise<string | undefined> {
  return new Promise((resolve) => realpath.native(path, (error, real) => resolve(error ? undefined : real)));
}

function walk(path: string): string {
  const parts = split(path);
  let real = '/';
  let links = 0;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (part === '..') {
      real = dirname(real);
      continue;
    }
    const next = join(real, part);
    const target = readLink(next);
    if (target === undefined) {
      real = next;
      continue;
    }
    // Whose it will be is not known: it is named as what it is, and what comes after it.
    if (OF_A_PROCESS.test(next)) return join(next, ...parts.filter((part) => part !== '..'));
    if (++links > MAX_LINKS) throw new OpsError('bad-path', 'tool', `${path} goes round in links`);
    if (target.startsWith('/')) real = '/';
    parts.unshift(...split(target));
  }
  return real;
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function readLink(path: string): string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    // Hidden from us: then nothing that we start can follow it either.
    return undefined;
  }
}
