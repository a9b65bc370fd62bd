import { isRecord } from '../lib/is-record.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { IncidentBook, IncidentInput } from '../protocol/incident.ts';
import type { AppendFile, StateStore } from '../protocol/store.ts';
import { applyInputs, EMPTY_BOOK } from './apply-inputs.ts';
import type { JoinRules } from './rules.ts';

const FOLDER = 'incidents';
const JOURNAL = `${FOLDER}/journal.jsonl`;
const SNAPSHOT = `${FOLDER}/book.json`;
const LOCK = `${FOLDER}/writer`;
/** The journal is folded into the snapshot when it is longer. */
const JOURNAL_BYTES = 4 * 1024 * 1024;

/** One append: what was worked on together. `batches` are the files of the spool that it came from. */
interface JournalLine {
  seq: number;
  batches: string[];
  inputs: IncidentInput[];
}

interface Snapshot {
  seq: number;
  batches: string[];
  incidents: [string, unknown][];
  heartbeats: [string, unknown][];
}

export interface IncidentWriter {
  book(): IncidentBook;
  /** Spool files that the last append came from: one that is there still must not be taken again. */
  lastBatches(): readonly string[];
  /** On disk when it resolves. An append that changes nothing is not written unless it has batches. */
  append(inputs: readonly IncidentInput[], batches?: readonly string[]): Promise<void>;
  close(): void;
}

/** The one writer. OpsError `busy` when another process is it. */
export async function openIncidents(store: StateStore, rules: JoinRules): Promise<IncidentWriter> {
  const lock = await store.lock(LOCK);
  if (lock === undefined) {
    throw new OpsError('incidents-busy', 'busy', 'another steward keeps the incidents of this state folder', {
      hint: 'one `steward serve` for each state folder',
    });
  }
  let journal: AppendFile;
  let loaded: Loaded;
  let journalBytes: number;
  try {
    journal = await store.openAppend(JOURNAL);
    const text = await journal.readText();
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    journalBytes = Buffer.byteLength(whole);
    // A line that was cut off was never answered for: its spool files are still there.
    if (whole.length < text.length) journal.truncate(journalBytes);
    loaded = load(await store.readText(SNAPSHOT), whole, rules);
  } catch (error) {
    lock.release();
    throw error;
  }
  let { book, seq, batches } = loaded;

  async function compact(): Promise<void> {
    const snapshot: Snapshot = {
      seq,
      batches,
      incidents: [...book.incidents],
      heartbeats: [...book.heartbeats],
    };
    await store.write(SNAPSHOT, JSON.stringify(snapshot));
    // Killed between the two, the lines are left out by their number.
    journal.truncate(0);
    journalBytes = 0;
  }

  return {
    book: () => book,
    lastBatches: () => batches,
    async append(inputs, from = []) {
      const next = applyInputs(book, inputs, rules);
      if (from.length === 0 && isSame(book, next)) return;
      const line: JournalLine = { seq: seq + 1, batches: [...from], inputs: [...inputs] };
      const text = `${JSON.stringify(line)}\n`;
      journal.append(text);
      await journal.sync();
      journalBytes += Buffer.byteLength(text);
      seq += 1;
      book = next;
      if (from.length > 0) batches = line.batches;
      if (journalBytes > JOURNAL_BYTES) await compact();
    },
    close() {
      journal.close();
      lock.release();
    },
  };
}

/** What is known now, also while another process writes. */
export async function readIncidents(store: StateStore, rules: JoinRules): Promise<IncidentBook> {
  // The journal first: lines that move into the snapshot meanwhile are then in both, and in neither never.
  const journal = (await store.readText(JOURNAL)) ?? '';
  const snapshot = await store.readText(SNAPSHOT);
  return load(snapshot, journal.slice(0, journal.lastIndexOf('\n') + 1), rules).book;
}

interface Loaded {
  book: IncidentBook;
  seq: number;
  batches: string[];
}

function load(snapshotText: string | undefined, journal: string, rules: JoinRules): Loaded {
  const loaded = readSnapshot(snapshotText);
  for (const text of journal.split('\n')) {
    if (text === '') continue;
    const line = readLine(text);
    if (line === null || line.seq <= loaded.seq) continue;
    loaded.book = applyInputs(loaded.book, line.inputs, rules);
    loaded.seq = line.seq;
    if (line.batches.length > 0) loaded.batches = line.batches;
  }
  return loaded;
}

function readSnapshot(text: string | undefined): Loaded {
  if (text === undefined) return { book: EMPTY_BOOK, seq: 0, batches: [] };
  try {
    // Written whole by us, in a folder that is ours alone.
    const { seq, batches, incidents, heartbeats } = JSON.parse(text) as Snapshot;
    // Of before there were such fields.
    const whole = incidents.map(
      ([id, one]) =>
        [id, { targets: [], groupLabels: {}, foldedBy: null, answer: null, ...(one as object) }] as const,
    );
    const book = { incidents: new Map(whole), heartbeats: new Map(heartbeats) } as unknown as IncidentBook;
    return { book, seq, batches };
  } catch (error) {
    throw new OpsError('incidents-damaged', 'state-full', `${SNAPSHOT} in the state folder is damaged`, {
      hint: 'bring it back from a backup, or remove it: incidents that fire come again with their next delivery',
      cause: error,
    });
  }
}

/** null for a line that is damaged: one delivery is then not known, and the next picture of its group brings it. */
function readLine(text: string): JournalLine | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && typeof value.seq === 'number' ? (value as unknown as JournalLine) : null;
  } catch {
    return null;
  }
}

function isSame(a: IncidentBook, b: IncidentBook): boolean {
  return isSameMap(a.incidents, b.incidents) && isSameMap(a.heartbeats, b.heartbeats);
}

function isSameMap<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
