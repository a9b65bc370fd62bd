import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import { OpsError } from '../lib/ops-error.ts';
import { errorCode } from './state-errors.ts';

const MEANINGS: Record<string, { code: string; words: string }> = {
  ENOENT: { code: 'missing', words: 'does not exist' },
  ENOTDIR: { code: 'missing', words: 'does not exist: a part of the path is not a folder' },
  EISDIR: { code: 'not-a-file', words: 'is a folder' },
  ENXIO: { code: 'not-a-file', words: 'is a socket or a device, not a file' },
  EACCES: { code: 'unreadable', words: 'may not be accessed by the user that runs steward' },
  EPERM: { code: 'unwritable', words: 'may not be changed by the user that runs steward' },
  EROFS: { code: 'unwritable', words: 'is on a file system that is mounted read-only' },
  ENOSPC: { code: 'no-space', words: 'is on a file system that is full' },
  EDQUOT: { code: 'no-space', words: 'is on a file system whose quota is used up' },
  ELOOP: { code: 'moved', words: 'is a link now, and was not when it was judged' },
  ENAMETOOLONG: { code: 'bad-path', words: 'is too long a path' },
};

/** What a device, a driver or a share says when it cannot answer: files of the kernel (/sys, /proc) say it every day. */
const DEVICE_ERRORS = new Set([
  'EINVAL',
  'EIO',
  'ENODEV',
  'ENODATA',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EBUSY',
  'EAGAIN',
  'ENETDOWN',
  'EHOSTDOWN',
  'ENOTCONN',
  'ESTALE',
  'ESRCH',
  'ETIMEDOUT',
]);

/** What can go wrong with a path in words; anything else is a bug and stays what it is. */
export function asFileError(error: unknown, path: string): unknown {
  const code = errorCode(error) ?? '';
  const meaning = DEVICE_ERRORS.has(code)
    ? { code: 'device-error', words: `cannot be accessed: the system says ${code}` }
    : MEANINGS[code];
  if (error instanceof OpsError || meaning === undefined) return error;
  return new OpsError(meaning.code, 'tool', `${path} ${meaning.words}`, { cause: error });
}

/**
 * Opens exactly the file that was judged, to read it. A path that leads elsewhere by now, or ever led through a link,
 * is refused with code `moved`: an action names a path as `Files.resolve` gave it. The caller closes.
 */
export async function openJudgedFile(path: string): Promise<FileHandle> {
  // NONBLOCK: opening a named pipe would wait for a writer for ever.
  return openJudged(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK, (facts) =>
    facts.isDirectory() ? 'is a folder' : facts.isFile() ? undefined : 'is not a regular file',
  );
}

export async function openJudgedFolder(path: string): Promise<FileHandle> {
  return openJudged(path, constants.O_RDONLY | constants.O_DIRECTORY, () => undefined);
}

/** A path below an open folder that stays there even when somebody moves or replaces the folder. */
export function below(folder: FileHandle, name: string): string {
  return `/proc/self/fd/${folder.fd}/${name}`;
}

async function openJudged(
  path: string,
  flags: number,
  refuse: (facts: Stats) => string | undefined,
): Promise<FileHandle> {
  const handle = await open(path, flags).catch((error: unknown) => {
    throw asFileError(error, path);
  });
  try {
    const refusal = refuse(await handle.stat());
    if (refusal !== undefined) throw new OpsError('not-a-file', 'tool', `${path} ${refusal}`);
    const real = await readlink(`/proc/self/fd/${handle.fd}`);
    if (real !== path) {
      throw new OpsError('moved', 'tool', `${path} leads to ${real}, which is not what was judged`);
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
