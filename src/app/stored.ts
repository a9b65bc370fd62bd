import {
  emptyHistory,
  type FindingHistory,
  type JournalBaseline,
  mergeSeen,
  readBaseline,
  readHistory,
  readTrends,
  type SnapshotSummary,
  type TrendHistory,
  writeBaseline,
  writeHistory,
} from '../context/index.ts';
import type { StateStore } from '../protocol/store.ts';

/** Names in the state store of what is kept from one run to the next. */
const FINDINGS = 'findings.json';
const JOURNAL = 'journal-baseline.json';
const TRENDS = 'trends.json';
const LOCK = 'knowledge';
/** Two checks that end together wait for each other this long; the later one wins after that. */
const LOCK_WAIT_MS = 2_000;

export interface Remembered {
  history: FindingHistory;
  journal: JournalBaseline | null;
  previous: SnapshotSummary | null;
  trends: TrendHistory;
  notices: string[];
}

/** What earlier runs learned on this host. Damaged files count as empty, with a notice. */
export async function recall(store: StateStore, goal: string): Promise<Remembered> {
  const [history, journal, previous, trends] = await Promise.all([
    store.readText(FINDINGS),
    store.readText(JOURNAL),
    store.readText(snapshotName(goal)),
    store.readText(TRENDS),
  ]);
  const read = readHistory(history);
  const baseline = readBaseline(journal);
  return {
    history: read.history,
    journal: baseline.baseline,
    previous: readSummary(previous),
    trends: readTrends(trends),
    notices: [read.notice, baseline.notice].filter((notice) => notice !== null),
  };
}

export function readFindings(store: StateStore): Promise<string | undefined> {
  return store.readText(FINDINGS);
}

/** Changes the stored findings under a lock: `change` gets what is there now, and may be asked twice. */
export async function updateHistory(
  store: StateStore,
  change: (history: FindingHistory) => FindingHistory,
): Promise<void> {
  const changed = (stored: string | undefined): string =>
    writeHistory(change(readHistory(stored).history ?? emptyHistory()));
  // Most checks learn nothing: that takes no lock, and no write, which waits twice for the disk.
  const before = await store.readText(FINDINGS);
  if (before !== undefined && changed(before) === before) return;
  const lock = await store.lock(LOCK, LOCK_WAIT_MS);
  try {
    const stored = await store.readText(FINDINGS);
    const text = changed(stored);
    if (text !== stored) await store.write(FINDINGS, text);
  } finally {
    lock?.release();
  }
}

/** Somebody was told what the run found: from now on it is no news. */
export function rememberSeen(store: StateStore, judged: FindingHistory): Promise<void> {
  return updateHistory(store, (stored) => mergeSeen(stored, judged));
}

export async function rememberSnapshot(
  store: StateStore,
  goal: string,
  {
    summary,
    journal,
    trends,
  }: { summary: SnapshotSummary; journal: JournalBaseline | null; trends: TrendHistory },
): Promise<void> {
  await store.write(snapshotName(goal), `${JSON.stringify(summary)}\n`);
  if (journal !== null) await store.write(JOURNAL, writeBaseline(journal));
  if (Object.keys(trends).length > 0) await store.write(TRENDS, `${JSON.stringify(trends)}\n`);
}

/** When each probe last answered in a run of any goal, milliseconds since the epoch. */
export async function readAnswered(store: StateStore): Promise<Map<string, number>> {
  const answered = new Map<string, number>();
  for (const { name } of await store.list('snapshots')) {
    const summary = readSummary(await store.readText(`snapshots/${name}`));
    for (const [probe, { okAt }] of Object.entries(summary ?? {})) {
      if (typeof okAt === 'number') answered.set(probe, Math.max(okAt, answered.get(probe) ?? 0));
    }
  }
  return answered;
}

function snapshotName(goal: string): string {
  return `snapshots/${goal}.json`;
}

function readSummary(text: string | undefined): SnapshotSummary | null {
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    // Only compared with, never shown: a wrong shape makes everything "new", which is harmless.
    return typeof value === 'object' && value !== null ? (value as SnapshotSummary) : null;
  } catch {
    return null;
  }
}
