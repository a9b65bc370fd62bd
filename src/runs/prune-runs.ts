import type { StateStore } from '../protocol/store.ts';
import { logName } from './check-lines.ts';
import { keptFolder, spillFolder } from './checkpoints.ts';
import { runOfLog } from './read-run.ts';
import { nameFile } from './run-names.ts';

/** Where a run's changes keep their plans and what they may have to put back: unmasked, so it goes with the run. */
export function changesFolder(run: string): string {
  return `changes/${run}`;
}

/** There is one of these for every change that nobody has seen the end of: `<run>.X1`. */
export const OPEN_CHANGES = 'changes/open';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Removes the logs of runs that nobody wrote to for `keepDays`, with what they kept beside them, but leaves the newest
 * `keepAtLeast`, every run that a process works on, and every one with a change that was cut off. Gives the ids of what was removed.
 */
export async function pruneRuns(
  store: StateStore,
  options: { keepDays: number; keepAtLeast: number; now: number },
): Promise<string[]> {
  const logs = (await store.list('runs')).filter(({ name }) => runOfLog(name) !== undefined);
  logs.sort((a, b) => b.modifiedAt - a.modifiedAt);
  const open = (await store.list(OPEN_CHANGES)).map(({ name }) => name);
  const old = logs
    .slice(options.keepAtLeast)
    .filter(({ modifiedAt }) => modifiedAt < options.now - options.keepDays * DAY_MS);
  const removed: string[] = [];
  for (const { name, sizeBytes } of old) {
    const run = runOfLog(name);
    if (open.some((name) => name.startsWith(`${run}.`))) continue;
    if (run !== undefined && (await removeRun(store, run, sizeBytes))) removed.push(run);
  }
  return removed;
}

async function removeRun(store: StateStore, run: string, sizeBytes: number): Promise<boolean> {
  const lock = await store.lock(`runs/${run}`);
  if (lock === undefined) return false;
  try {
    // Somebody went on with it between our look and our lock.
    if ((await store.readRange(logName(run), sizeBytes, 1))?.length !== 0) return false;
    // The log goes last: killed in between, the next pruning finds the run again.
    await store.removeFolder(keptFolder(run));
    await store.removeFolder(spillFolder(run));
    await store.removeFolder(changesFolder(run));
    await store.remove(nameFile(run));
    await store.remove(logName(run));
    // Whoever waits for this lock finds no log behind it.
    await store.remove(`runs/${run}.lock`);
    return true;
  } finally {
    lock.release();
  }
}
