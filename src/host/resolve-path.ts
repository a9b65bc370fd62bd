import { realpath } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OpsError } from '../lib/ops-error.ts';

/** path_resolution(7): the kernel gives up here too. */
const MAX_LINKS = 40;
/** PATH_MAX, with what a working directory puts in front. No call of the kernel takes a longer one. */
const MAX_BYTES = 8192;

/**
 * The path as the kernel would walk it: every link is followed before the `..` after it counts, also a link to
 * nothing. What does not exist (or may not be looked at) is taken as it is written.
 */
export async function resolvePath(path: string, cwd: string): Promise<string> {
  // Each part costs a look: half a million of them would hold the run up for minutes.
  if (Buffer.byteLength(path) > MAX_BYTES) {
    throw new OpsError('bad-path', 'tool', `${path.slice(0, 80)}… is too long a path`);
  }
  const whole = path.startsWith('/') ? path : join(cwd, './') + path;
  return (await walkAtOnce(whole)) ?? walk(whole);
}

/** Of a path that leads to something the C library says the same in one call. */
function walkAtOnce(path: string): Promise<string | undefined> {
  return new Promise((resolve) => realpath.native(path, (error, real) => resolve(error ? undefined : real)));
}

async function walk(path: string): Promise<string> {
  const parts = split(path);
  let real = '/';
  let links = 0;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (part === '..') {
      real = dirname(real);
      continue;
    }
    const next = join(real, part);
    const target = await readLink(next);
    if (target === undefined) {
      real = next;
      continue;
    }
    if (++links > MAX_LINKS) throw new OpsError('bad-path', 'tool', `${path} goes round in links`);
    if (target.startsWith('/')) real = '/';
    parts.unshift(...split(target));
  }
  return real;
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

async function readLink(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch {
    // Not there, or hidden from us: then nothing that we start can follow it either.
    return undefined;
  }
}
