import { OpsError } from '../lib/ops-error.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** ENOENT: the folder went away, or Node's recursive mkdir met a read-only file system (it says ENOENT then). */
const UNWRITABLE = new Set([
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOENT',
  'ENOTDIR',
  'EEXIST',
  'EISDIR',
  'ELOOP',
  'EMFILE',
  'ENFILE',
  'EIO',
  'ESTALE',
  'ERR_SQLITE_ERROR',
]);

const WORDS: Record<string, string> = {
  EROFS: 'the file system is mounted read-only',
  EACCES: 'no permission',
  EPERM: 'no permission',
  ENOTDIR: 'something on the way to it is not a folder',
  EEXIST: 'something that is not a folder is there',
  EMFILE: 'too many files are open (ulimit -n)',
};

/** The code of a system error (`ENOENT`), or undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What an operator can do something about becomes an OpsError; everything else stays what it is. */
export function asStateError(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (code === undefined || error instanceof OpsError) return error;
  if (FULL.has(code)) {
    return new OpsError('state-full', 'state-full', `there is no room left to write ${path} (${code})`, {
      hint: 'free space on that file system, or keep the state on another one',
      cause: error,
    });
  }
  if (UNWRITABLE.has(code)) {
    const why = WORDS[code] === undefined ? '' : `: ${WORDS[code]}`;
    return new OpsError('state-unwritable', 'state-full', `${path} cannot be written${why} (${code})`, {
      hint: 'give the folder to the user that runs steward, mode 0700, on a file system mounted read-write',
      cause: error,
    });
  }
  return error;
}

export async function withStateErrors<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStateError(error, path);
  }
}
