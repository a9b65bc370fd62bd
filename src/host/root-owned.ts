import { accessSync, constants, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from './state-errors.ts';

const STICKY = 0o1000;

/**
 * Nobody but root, or whoever runs this process, can have written it, or put it there: not the file, not what a link leads
 * to, not a folder on the way. A file that is not there is nobody's.
 */
export function isOnlyOurs(path: string): boolean {
  try {
    const real = realpathSync(path);
    return isClosed(real, false) && isWayClosed(dirname(path)) && isWayClosed(dirname(real));
  } catch {
    // What cannot be looked at is not trusted.
    return false;
  }
}

function isWayClosed(folder: string): boolean {
  return isClosed(folder, true) && (folder === '/' || isWayClosed(dirname(folder)));
}

/** In a sticky folder only its owner replaces a file. */
function isClosed(path: string, maySticky: boolean): boolean {
  const { uid, mode } = lstatSync(path);
  const isOwned = uid === 0 || uid === process.getuid?.();
  return isOwned && ((mode & 0o022) === 0 || (maySticky && (mode & STICKY) !== 0));
}

/** `/proc/PID/status`; undefined when there is no such process any more. */
export function readProcessStatus(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined;
  }
}

/** Also a link that leads nowhere; a folder that cannot be looked into counts as holding it. */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    const code = errorCode(error);
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

/** May we put another file in its place? What is not there yet is written where its folder is. */
export function isWritable(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    const parent = dirname(path);
    return errorCode(error) === 'ENOENT' && parent !== path && isWritable(parent);
  }
}
