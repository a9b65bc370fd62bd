import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { sha256 } from '../lib/digest.ts';
import { OpsError } from '../lib/ops-error.ts';
import { isAlive } from './is-alive.ts';
import { asFileError, below, openJudgedFolder } from './open-file.ts';
import { errorCode } from './state-errors.ts';

/**
 * Puts the whole new content in place of the old, or does nothing. Mode and owner are kept (extended attributes and
 * other names of the file are not). Missing folders are made. `expects`: sha256 of the old bytes, null for "no file".
 */
export async function replaceFile(path: string, content: string, expects: string | null): Promise<void> {
  if (expects === null) await mkdir(dirname(path), { recursive: true }).catch(rethrow(path));
  await inFolderOf(path, async (folder, name) => {
    const facts = await checkExpected(folder, name, path, expects);
    await removeLeftovers(folder, name);
    const temp = below(folder, `${tempPrefix(name)}${process.pid}-${randomBytes(6).toString('hex')}`);
    try {
      await writeTemp(temp, content, facts, path);
      await checkExpected(folder, name, path, expects);
      // A link fails where a rename would replace what somebody made in the meantime.
      if (expects === null) await link(temp, below(folder, name)).catch(refuseExisting(path));
      else await rename(temp, below(folder, name));
    } finally {
      await rm(temp, { force: true });
    }
  });
}

export async function removeFile(path: string, expects: string): Promise<void> {
  await inFolderOf(path, async (folder, name) => {
    await checkExpected(folder, name, path, expects);
    await unlink(below(folder, name));
  });
}

function tempPrefix(name: string): string {
  return `.${name.slice(0, 100)}.steward-`;
}

/** What a steward that was killed while it wrote this very file left beside it. */
async function removeLeftovers(folder: FileHandle, name: string): Promise<void> {
  const prefix = tempPrefix(name);
  const names = await readdir(below(folder, '.'));
  for (const left of names.filter((one) => one.startsWith(prefix))) {
    const pid = /^(\d+)-[0-9a-f]{12}$/.exec(left.slice(prefix.length))?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(below(folder, left), { force: true });
  }
}

async function inFolderOf(path: string, work: (folder: FileHandle, name: string) => Promise<void>) {
  const folder = await openJudgedFolder(dirname(path));
  try {
    await work(folder, basename(path));
    await folder.sync();
  } catch (error) {
    throw asFileError(error, path);
  } finally {
    await folder.close();
  }
}

/** The facts of the file that is there; rejects with code `changed` when it is not the expected one. */
async function checkExpected(
  folder: FileHandle,
  name: string,
  path: string,
  expects: string | null,
): Promise<Stats | undefined> {
  const facts = await lstat(below(folder, name)).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (facts === undefined) {
    if (expects === null) return undefined;
    throw changed(path, 'does not exist any more');
  }
  if (!facts.isFile()) {
    const what = facts.isDirectory() ? 'a folder' : facts.isSymbolicLink() ? 'a link' : 'not a regular file';
    throw new OpsError('not-a-file', 'tool', `${path} is ${what}`);
  }
  if (expects === null) throw changed(path, 'exists already');
  const file = await open(
    below(folder, name),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    if (sha256(await file.readFile()) !== expects) throw changed(path, 'is not what it was when it was read');
  } finally {
    await file.close();
  }
  return facts;
}

async function writeTemp(
  temp: string,
  content: string,
  like: Stats | undefined,
  path: string,
): Promise<void> {
  // Until owner and mode are right nobody else may see the content.
  const file = await open(temp, 'wx', like === undefined ? 0o666 : 0o600);
  try {
    await file.writeFile(content);
    if (like !== undefined) {
      await keepOwner(file, like, path);
      await file.chmod(like.mode & 0o7777);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function keepOwner(file: FileHandle, like: Stats, path: string): Promise<void> {
  const { uid, gid } = await file.stat();
  if (uid === like.uid && gid === like.gid) return;
  await file.chown(like.uid, like.gid).catch((error: unknown) => {
    throw new OpsError('unwritable', 'tool', `${path} belongs to uid ${like.uid}, gid ${like.gid}`, {
      hint: 'steward replaces files and could not keep their owner: let that user run it',
      cause: error,
    });
  });
}

function changed(path: string, how: string): OpsError {
  return new OpsError('changed', 'tool', `${path} ${how}: read it again`);
}

function refuseExisting(path: string): (error: unknown) => never {
  return (error) => {
    throw errorCode(error) === 'EEXIST' ? changed(path, 'exists already') : error;
  };
}

function rethrow(path: string): (error: unknown) => never {
  return (error) => {
    throw asFileError(error, path);
  };
}
