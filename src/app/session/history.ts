import { plainJson } from '../../lib/json-line.ts';
import type { StateStore } from '../../protocol/store.ts';
import type { Session } from './session.ts';

/** What was typed in all sessions, oldest first. Kept private and masked; several sessions may write at once. */
export interface History {
  read(): Promise<string[]>;
  /** In order; what cannot be kept is kept for this session. */
  remember(prompt: string): void;
  /** All that was remembered is on disk. */
  settled(): Promise<void>;
}

const FILE = 'prompt-history.jsonl';
const LOCK = 'prompt-history';
const LOCK_WAIT_MS = 2_000;
const MOST = 1_000;
/** A line is a prompt; longer ones are pastes, which nobody looks for in a history. */
const LONGEST = 32 * 1024;

export function createHistory(session: Session): History {
  /** Of this session, for a store that cannot keep them. */
  const own: string[] = [];
  let last: Promise<void> = Promise.resolve();

  async function keep(prompt: string): Promise<void> {
    const { store, masker } = await session.world();
    const masked = masker.mask(prompt);
    own.push(masked);
    if (own.length > MOST) own.shift();
    const lock = await store.lock(LOCK, LOCK_WAIT_MS);
    // Somebody holds it for seconds: an own line less is better than a file with half of theirs.
    if (lock === undefined) return;
    try {
      const entries = newestOnce([...(await readEntries(store)), masked]);
      await store.write(FILE, entries.map((entry) => `${plainJson(entry)}\n`).join(''));
    } finally {
      lock.release();
    }
  }

  return {
    async read() {
      await last;
      const { store } = await session.world();
      return newestOnce([...(await readEntries(store)), ...own]);
    },
    remember(prompt) {
      if (prompt.trim() === '' || prompt.length > LONGEST) return;
      // A state folder that is full or gone is told by what needs it more.
      last = last.then(() => keep(prompt)).catch(() => {});
    },
    settled: () => last,
  };
}

/** Each once, where it was typed last. */
function newestOnce(entries: readonly string[]): string[] {
  const newest = new Set<string>();
  for (const entry of entries.toReversed()) newest.add(entry);
  return [...newest].slice(0, MOST).reverse();
}

/** A damaged line is left out. */
async function readEntries(store: StateStore): Promise<string[]> {
  const text = (await store.readText(FILE)) ?? '';
  return text.split('\n').flatMap((line) => {
    try {
      const entry: unknown = JSON.parse(line);
      return typeof entry === 'string' ? [entry] : [];
    } catch {
      return [];
    }
  });
}
