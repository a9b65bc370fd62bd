import { accessSync, closeSync, constants, openSync } from 'node:fs';
import type { StateLock } from '../protocol/store.ts';
import { monotonicMs } from './monotonic.ts';
import { errorCode } from './state-errors.ts';

/** How often a waiting process looks again: SQLite's own busy handler would block the event loop. */
const POLL_MS = 25;
/** sqlite3.h: SQLITE_BUSY; extended codes have it in the low byte. */
const SQLITE_BUSY = 5;

/** To begin with an empty file is to write its first page, were it kept: with a journal, which is to stay in memory. */
const LOCK = 'PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE';

/**
 * A lock that the kernel releases when its holder dies, however it dies. Node offers neither flock nor fcntl; an
 * exclusive transaction of SQLite is an fcntl lock. Nothing is ever kept, so the file stays empty and no journal
 * appears. The file is left behind: removing it would let two holders lock two files of one name.
 */
export async function lockFile(path: string, waitMs: number): Promise<StateLock | undefined> {
  const { DatabaseSync } = await import('node:sqlite');
  makeFile(path);
  const end = monotonicMs() + waitMs;
  for (;;) {
    const database = new DatabaseSync(path);
    try {
      database.exec(LOCK);
      return {
        release() {
          if (database.isOpen) database.close();
        },
      };
    } catch (error) {
      database.close();
      if (!isBusy(error)) throw error;
    }
    if (monotonicMs() >= end) return undefined;
    await new Promise((resolve) => setTimeout(resolve, Math.min(POLL_MS, waitMs)));
  }
}

/**
 * Gives the true reason when it cannot be made, where SQLite says CANTOPEN to everything. Only a new file may be opened
 * and closed here: closing any descriptor of a file drops all fcntl locks that the process has on it.
 */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    // What it may not write SQLite opens read-only, and "exclusive" then excludes nobody.
    accessSync(path, constants.R_OK | constants.W_OK);
  }
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === SQLITE_BUSY
  );
}
