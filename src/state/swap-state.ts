import { sha256 } from '../lib/digest.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { Zone } from '../lib/zoned-time.ts';
import type { Clock } from '../protocol/machine.ts';
import type { HistoryEntry, StateFile } from '../protocol/state-file.ts';
import type { StateStore } from '../protocol/store.ts';
import { contentDigest, printState } from './content.ts';
import { BODIES, bodyName, DIGEST_NAME, digestLine, INDEX_NAME, LOCK, STATE_NAME } from './file-names.ts';
import { prune, remember } from './history.ts';
import { type ReadState, readHistory, readState, readUnderLock } from './read-state.ts';

export interface StatePorts {
  store: StateStore;
  clock: Clock;
  zone: Pick<Zone, 'aheadMinutes'>;
}

export interface Swapped {
  state: StateFile;
  digest: string;
  /** How the file was met that is now replaced. */
  before: ReadState;
}

const MOST_TRIES = 50;
const LOCK_MS = 10_000;
const PAUSE_MS = 20;
/** Times that somebody else was faster. */
const PATIENCE = 2;
export const EDITED_TAG = 'edited-by-hand';

/**
 * Compare and swap: `change` makes the next state of the one that is there, without the lock; it is written only while
 * `state.json` is still the one that was read, else `change` is called again with what is there by then. A file that was
 * edited by hand is kept in the history, with a tag, before it is replaced. OpsError `input` for a file of a newer
 * steward, `busy` where others never let go.
 */
export async function swapState(
  { store, clock, zone }: StatePorts,
  change: (current: StateFile | null) => StateFile,
): Promise<Swapped> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const before = await readState(store, clock);
    refuseNewer(before);
    const next = change(before.state);
    const lock = await store.lock(LOCK, LOCK_MS);
    if (lock !== undefined) {
      try {
        const now = await readUnderLock(store);
        if (now.digest === before.digest)
          return { ...(await write({ store, clock, zone }, next, now)), before };
        // Whoever always comes too late makes it from what is there, while nobody else can write.
        if (attempt >= PATIENCE) {
          refuseNewer(now);
          return { ...(await write({ store, clock, zone }, change(now.state), now)), before: now };
        }
      } finally {
        lock.release();
      }
    }
    await clock.sleep(Math.random() * PAUSE_MS * Math.min(attempt + 1, 10));
  }
  throw new OpsError('state-busy', 'busy', 'other processes write the state all the time', {
    hint: 'look who scans so often: systemctl list-timers',
  });
}

function refuseNewer({ condition, problem }: ReadState): void {
  if (condition !== 'newer') return;
  throw new OpsError('newer-state', 'input', problem ?? 'a newer steward wrote the state', {
    hint: 'use that steward, or move state.json and its sha256 away',
  });
}

/**
 * Under the lock. The history first: that is how whoever finds a new file beside an old digest knows that it is ours.
 * Each file is written whole or not at all.
 */
async function write(
  { store, clock, zone }: StatePorts,
  state: StateFile,
  before: ReadState,
): Promise<Pick<Swapped, 'state' | 'digest'>> {
  const text = printState(state);
  const digest = sha256(text);
  const content = contentDigest(state);
  const earlier = await keepEdited(store, await readHistory(store), before);
  const entries = prune(
    remember(earlier, { at: Date.parse(state.meta.generated_at), digest, content }),
    clock.now(),
    zone,
  );
  const isNew = earlier.every((entry) => entry.content !== content);
  if (isNew || (await store.readText(bodyName(content))) === undefined)
    await store.write(bodyName(content), text);
  await store.write(INDEX_NAME, printIndex(entries));
  await store.write(STATE_NAME, text);
  await store.write(DIGEST_NAME, digestLine(digest));
  await dropBodies(store, entries);
  return { state, digest };
}

/** What somebody wrote by hand is not lost without a word. */
async function keepEdited(
  store: StateStore,
  entries: readonly HistoryEntry[],
  { condition, state }: ReadState,
): Promise<HistoryEntry[]> {
  if (condition !== 'edited' || state === null) return [...entries];
  const text = printState(state);
  const content = contentDigest(state);
  const last = entries.at(-1);
  const at = Math.max(Date.parse(state.meta.generated_at), last?.at ?? 0);
  await store.write(bodyName(content), text);
  return [
    ...entries.filter(({ tag }) => tag !== EDITED_TAG),
    { seq: (last?.seq ?? 0) + 1, at, until: at, digest: sha256(text), content, tag: EDITED_TAG },
  ];
}

/** Gives a moment of the history a name under which it is kept for ever; null takes the name away. */
export async function tagEntry(ports: StatePorts, seq: number, tag: string | null): Promise<HistoryEntry[]> {
  const lock = await ports.store.lock(LOCK, LOCK_MS);
  if (lock === undefined) throw new OpsError('state-busy', 'busy', 'another process writes the state');
  try {
    const entries = (await readHistory(ports.store)).map((entry) =>
      entry.seq === seq ? { ...entry, tag } : entry.tag === tag ? { ...entry, tag: null } : entry,
    );
    await ports.store.write(INDEX_NAME, printIndex(entries));
    return entries;
  } finally {
    lock.release();
  }
}

function printIndex(entries: readonly HistoryEntry[]): string {
  return `[\n${entries.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}\n]\n`;
}

async function dropBodies(store: StateStore, entries: readonly HistoryEntry[]): Promise<void> {
  const wanted = new Set(entries.map(({ content }) => `${content}.json`));
  for (const { name } of await store.list(BODIES))
    if (!wanted.has(name)) await store.remove(`${BODIES}/${name}`);
}
