import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { OpsError } from '../lib/ops-error.ts';
import { formatBytes } from '../lib/size.ts';
import type { OperatorFiles } from '../protocol/machine.ts';
import { errorCode } from './state-errors.ts';

const STICKY = 0o1000;
/** What people write for a program to read is far smaller; what is larger was never meant. */
const LIMIT_BYTES = 1024 * 1024;

export function createOperatorFiles(): OperatorFiles {
  return {
    async readText(path) {
      try {
        return readRegular(path);
      } catch (error) {
        if (isAbsence(path, error)) return undefined;
        throw unreadable(path, error);
      }
    },
    async list(folder) {
      try {
        const entries = readdirSync(folder, { withFileTypes: true });
        return entries
          .filter((entry) => entry.isFile() || (entry.isSymbolicLink() && isFile(join(folder, entry.name))))
          .map((entry) => entry.name)
          .sort();
      } catch (error) {
        if (isAbsence(folder, error)) return [];
        throw unreadable(folder, error);
      }
    },
    exists: (path) => existsSync(path),
    isTrustedExecutable(path) {
      try {
        const real = realpathSync(path);
        const facts = lstatSync(real);
        return facts.isFile() && (facts.mode & 0o111) !== 0 && isOurs(facts) && isPathOurs(dirname(real));
      } catch {
        // What cannot be looked at is not trusted.
        return false;
      }
    },
  };
}

/** Never waits for somebody to write: a named pipe, which a project can put anywhere, would end no run ever. */
function readRegular(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const facts = fstatSync(file);
    if (!facts.isFile()) throw unfit(path, facts.isDirectory() ? 'is a folder' : 'is not a regular file');
    // One byte more tells whether there is more, whatever the size says.
    const room = Buffer.allocUnsafeSlow(Math.min(Math.max(facts.size, 4096), LIMIT_BYTES) + 1);
    let end = 0;
    while (end < room.length) {
      const bytesRead = readSync(file, room, end, room.length - end, end);
      if (bytesRead === 0) return room.toString('utf8', 0, end);
      end += bytesRead;
    }
    if (end > LIMIT_BYTES) throw unfit(path, `has more than ${formatBytes(LIMIT_BYTES)}`);
    throw unfit(path, 'grew while it was read');
  } finally {
    closeSync(file);
  }
}

function unfit(path: string, what: string): OpsError {
  return new OpsError('unreadable', 'settings', `${path} ${what}`, {
    hint: `it has to be a regular file of at most ${formatBytes(LIMIT_BYTES)}`,
  });
}

/** Whoever may write a folder on the way may put another file in its place; in a sticky one only its owner may. */
function isPathOurs(folder: string): boolean {
  const facts = lstatSync(folder);
  const isOwned = facts.uid === 0 || facts.uid === process.getuid?.();
  const isClosed = (facts.mode & 0o022) === 0 || (facts.mode & STICKY) !== 0;
  return isOwned && isClosed && (folder === '/' || isPathOurs(dirname(folder)));
}

function isOurs(facts: Stats): boolean {
  return (facts.uid === 0 || facts.uid === process.getuid?.()) && (facts.mode & 0o022) === 0;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isAbsence(path: string, error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || (code === 'EACCES' && isHidden(dirname(path)));
}

/**
 * What ProtectHome= and InaccessiblePaths= hide from a unit is a folder of root's without any permission: nothing is
 * there for us, on purpose. Every other folder that is closed to us is an operator's mistake.
 */
function isHidden(folder: string): boolean {
  try {
    const { uid, mode } = lstatSync(folder);
    return uid === 0 && (mode & 0o777) === 0;
  } catch {
    // Not to be seen either: the folder that hides it is further up.
    return folder !== '/' && isHidden(dirname(folder));
  }
}

function unreadable(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof OpsError || code === undefined) return error;
  return new OpsError('unreadable', 'settings', `${path} cannot be read (${code})`, {
    hint: 'let the user that runs steward read it',
    cause: error,
  });
}
