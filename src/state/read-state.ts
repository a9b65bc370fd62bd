import { sha256 } from '../lib/digest.ts';
import { isRecord } from '../lib/is-record.ts';
import type { Clock } from '../protocol/machine.ts';
import {
  type HistoryEntry,
  STATE_SECTIONS,
  STATE_VERSION,
  type StateCondition,
  type StateFile,
} from '../protocol/state-file.ts';
import type { StateStore } from '../protocol/store.ts';
import {
  bodyName,
  DIGEST_NAME,
  digestLine,
  INDEX_NAME,
  LOCK,
  readDigestLine,
  STATE_NAME,
} from './file-names.ts';
import { readIndex } from './history.ts';

export interface ReadState {
  condition: StateCondition;
  /** Why it is not `sound`, in words; null when it is. */
  problem: string | null;
  /** What is known, from the file or, where it cannot be used, from the history; null: nothing. */
  state: StateFile | null;
  /** sha256 of the bytes of `state.json`: what a swap compares; null: there is none. */
  digest: string | null;
}

/** Between two renames of a writer the two files do not agree, for as long as an fsync takes. */
const TRIES = 4;
const PAUSE_MS = 15;
const LOCK_MS = 5_000;

/**
 * Reads `state.json` and checks it against the digest beside it. Where they do not agree it looks again, and then,
 * under the lock, tells a writer that died half way (healed by what the history says was written last) from somebody's
 * edit. Never rejects for what stands in the files.
 */
export async function readState(store: StateStore, clock: Pick<Clock, 'sleep'>): Promise<ReadState> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const { text, digest, said } = await readPair(store);
    if (digest === null && said === null) break;
    if (text !== undefined && digest !== null && digest === said)
      return judgeText(store, text, digest, 'sound');
    // Whoever reads at the same moment as another reader does not also look again at the same moment.
    await clock.sleep(PAUSE_MS * (attempt + Math.random()));
  }
  return settle(store);
}

/** Nobody writes meanwhile, so that what does not agree now will not agree later. */
async function settle(store: StateStore): Promise<ReadState> {
  const lock = await store.lock(LOCK, LOCK_MS);
  try {
    return await readUnderLock(store, lock !== undefined);
  } finally {
    lock?.release();
  }
}

/** For whoever holds the lock. */
export async function readUnderLock(store: StateStore, mayHeal = true): Promise<ReadState> {
  const { text, digest, said } = await readPair(store);
  const entries = await readHistory(store);
  const newest = entries.at(-1);
  if (text === undefined || digest === null) {
    if (newest === undefined)
      return { condition: 'missing', problem: 'nothing was scanned yet', state: null, digest: null };
    return fromHistory(store, newest, 'missing', 'state.json is gone', null);
  }
  if (digest === said) return judgeText(store, text, digest, 'sound');
  if (digest === newest?.digest) {
    if (mayHeal) await store.write(DIGEST_NAME, digestLine(digest));
    return judgeText(store, text, digest, 'healed');
  }
  return judgeText(store, text, digest, 'edited');
}

async function readPair(store: StateStore) {
  // The digest first: a writer puts the file in its place before the digest.
  const said = readDigestLine(await store.readText(DIGEST_NAME));
  const text = await store.readText(STATE_NAME);
  return { said, text, digest: text === undefined ? null : sha256(text) };
}

const WORDS: Record<'healed' | 'edited', string> = {
  healed: 'a scan was cut off between its two renames; the digest was written anew from the history',
  edited: 'state.json was edited by hand: it is not what steward wrote last, and the next scan replaces it',
};

async function judgeText(
  store: StateStore,
  text: string,
  digest: string,
  condition: 'sound' | 'healed' | 'edited',
): Promise<ReadState> {
  const parsed = parseJson(text);
  const version = versionOf(parsed);
  if (version !== null && version > STATE_VERSION) {
    const problem = `state.json has schema version ${version}, and this steward knows ${STATE_VERSION}: a newer steward wrote it`;
    return { condition: 'newer', problem, state: null, digest };
  }
  if (condition !== 'edited') {
    // What we wrote needs no schema; it is not even loaded.
    if (isState(parsed))
      return { condition, problem: condition === 'sound' ? null : WORDS.healed, state: parsed, digest };
  } else if (parsed !== undefined) {
    const { checkStateFile } = await import('../protocol/schemas/state-file.ts');
    const checked = checkStateFile(parsed);
    if ('state' in checked) return { condition, problem: WORDS.edited, state: checked.state, digest };
    return brokenState(store, `state.json was edited by hand and is not valid: ${checked.problem}`, digest);
  }
  return brokenState(store, 'state.json is not a whole JSON text: it was cut off or damaged', digest);
}

async function brokenState(store: StateStore, problem: string, digest: string): Promise<ReadState> {
  const newest = (await readHistory(store)).at(-1);
  return newest === undefined
    ? { condition: 'broken', problem, state: null, digest }
    : fromHistory(store, newest, 'broken', problem, digest);
}

async function fromHistory(
  store: StateStore,
  entry: HistoryEntry,
  condition: StateCondition,
  why: string,
  digest: string | null,
): Promise<ReadState> {
  const state = await readBody(store, entry);
  const instead =
    state === null ? '' : `; what was seen ${new Date(entry.until).toISOString()} stands for it`;
  return { condition, problem: `${why}${instead}`, state, digest };
}

export async function readHistory(store: StateStore): Promise<HistoryEntry[]> {
  return readIndex(await store.readText(INDEX_NAME));
}

/** null: it is gone or damaged. */
export async function readBody(store: StateStore, { content }: HistoryEntry): Promise<StateFile | null> {
  const parsed = parseJson((await store.readText(bodyName(content))) ?? '');
  return isState(parsed) ? parsed : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function versionOf(value: unknown): number | null {
  const meta = isRecord(value) ? value.meta : undefined;
  return isRecord(meta) && typeof meta.schema_version === 'number' ? meta.schema_version : null;
}

/** Of bytes whose digest says that we wrote them: is it all there? */
function isState(value: unknown): value is StateFile {
  return (
    isRecord(value) &&
    versionOf(value) === STATE_VERSION &&
    STATE_SECTIONS.every((section) => Array.isArray(value[section]))
  );
}
