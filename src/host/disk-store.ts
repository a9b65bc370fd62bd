import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OpsError } from '../lib/ops-error.ts';
import type { StateEntry, StateStore } from '../protocol/store.ts';
import { openAppendFile } from './append-file.ts';
import { isAlive } from './is-alive.ts';
import { asStateError, errorCode, withStateErrors } from './state-errors.ts';
import { lockFile } from './state-lock.ts';
import { checkName, isListed, LOCK_SUFFIX } from './state-names.ts';

/** On the same file system as everything else in the store, so that a rename out of it is atomic. */
const TEMP_FOLDER = '.tmp';
/** No write takes this long: a temporary file this old was left by a process that died. */
const TEMP_MAX_AGE_MS = 60 * 60 * 1000;

/** More than that is read on another thread. */
const LARGE_BYTES = 256 * 1024;

/**
 * State in a private folder. Throws OpsError `state-unwritable` when it cannot be made or written.
 *
 * Small things are done at once: handing each to a thread and coming back costs ten times what the call does, and a
 * check makes a hundred. What waits for the disk (fsync) does so beside us.
 */
export function openDiskStore(folder: string): StateStore {
  const root = resolve(folder);
  preparePrivateFolder(root);
  const place = (name: string) => {
    checkName(name);
    return join(root, name);
  };

  return {
    kind: 'disk',
    location: root,
    async readText(name) {
      return (await readIfThere(place(name)))?.toString('utf8');
    },
    readBytes: (name) => readIfThere(place(name)),
    readRange: (name, offsetBytes, limitBytes) => readPartIfThere(place(name), offsetBytes, limitBytes),
    async write(name, data) {
      const path = place(name);
      await withStateErrors(path, () => writeAtomically(root, path, data));
    },
    async openAppend(name) {
      const path = place(name);
      return withStateErrors(path, async () => {
        await makeFolders(root, dirname(path));
        return openAppendFile(path);
      });
    },
    list: (name) => listFolder(place(name)),
    async remove(name) {
      const path = place(name);
      await withStateErrors(path, async () => {
        try {
          unlinkSync(path);
        } catch (error) {
          // Nothing there, perhaps not even a folder: nothing to remove, and nothing to sync.
          if (errorCode(error) === 'ENOENT') return;
          throw error;
        }
        await syncFolder(dirname(path));
      });
    },
    async removeFolder(name) {
      const path = place(name);
      await withStateErrors(path, () => rm(path, { recursive: true, force: true }));
    },
    async lock(name, waitMs = 0) {
      const path = place(name + LOCK_SUFFIX);
      return withStateErrors(path, async () => {
        await makeFolders(root, dirname(path));
        return lockFile(path, waitMs);
      });
    },
    pathOf: place,
  };
}

function preparePrivateFolder(root: string): void {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(root);
    if (process.getuid !== undefined && uid !== process.getuid()) {
      throw new OpsError('state-unwritable', 'state-full', `${root} belongs to somebody else (uid ${uid})`, {
        hint: 'the state folder must belong to the user that runs steward: start steward as that user',
      });
    }
    // systemd makes StateDirectory= 0755 unless told otherwise; logs hold command output.
    if ((mode & 0o077) !== 0) chmodSync(root, 0o700);
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK);
    mkdirSync(join(root, TEMP_FOLDER), { recursive: true, mode: 0o700 });
    removeLeftovers(join(root, TEMP_FOLDER));
  } catch (error) {
    throw asStateError(whyNotMade(error, root), root);
  }
}

/** Of a read-only file system Node's recursive mkdir says ENOENT: what is above the folder tells the reason. */
function whyNotMade(error: unknown, folder: string): unknown {
  if (errorCode(error) !== 'ENOENT') return error;
  try {
    let above = dirname(folder);
    while (!existsSync(above)) above = dirname(above);
    accessSync(above, constants.W_OK);
    return error;
  } catch (reason) {
    return reason;
  }
}

function removeLeftovers(folder: string): void {
  const oldest = Date.now() - TEMP_MAX_AGE_MS;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isOld = (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < oldest;
    if (isOld || !isAlive(Number.parseInt(name, 10))) rmSync(path, { force: true });
  }
}

export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    // Before every step the gate asks for a file that is mostly not there: to be told by an error costs ten times as much.
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts === undefined) return undefined;
    return facts.size > LARGE_BYTES ? await readFile(path) : readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw asStateError(error, path);
  }
}

export async function readPartIfThere(
  path: string,
  offsetBytes: number,
  limitBytes: number,
): Promise<Buffer | undefined> {
  try {
    const file = openSync(path, 'r');
    try {
      const buffer = Buffer.allocUnsafe(limitBytes);
      let filled = 0;
      while (filled < limitBytes) {
        const bytesRead = readSync(file, buffer, filled, limitBytes - filled, offsetBytes + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw asStateError(error, path);
  }
}

async function writeAtomically(root: string, path: string, data: string | Uint8Array): Promise<void> {
  await makeFolders(root, dirname(path));
  const temp = join(root, TEMP_FOLDER, `${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    const file = openSync(temp, 'wx', 0o600);
    try {
      writeFileSync(file, data);
      await sync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temp, path);
  } catch (error) {
    rmSync(temp, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** A new folder is on disk when the entry in its parent is. */
async function makeFolders(root: string, folder: string): Promise<void> {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length && made !== root; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

async function syncFolder(folder: string): Promise<void> {
  const file = openSync(folder, 'r');
  try {
    await sync(file);
  } finally {
    closeSync(file);
  }
}

function sync(file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(file, (error) => (error === null ? resolve() : reject(error)));
  });
}

export async function listFolder(folder: string): Promise<StateEntry[]> {
  return readFolder(folder)
    .filter((entry) => entry.isFile() && isListed(entry.name))
    .map(({ name }) => describeEntry(folder, name))
    .filter((entry) => entry !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function describeEntry(folder: string, name: string): StateEntry | undefined {
  // undefined: removed between the listing and the look.
  const facts = statSync(join(folder, name), { throwIfNoEntry: false });
  return facts && { name, sizeBytes: facts.size, modifiedAt: facts.mtimeMs };
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw asStateError(error, folder);
  }
}
