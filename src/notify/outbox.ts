import { sha256 } from '../lib/digest.ts';
import { isRecord } from '../lib/is-record.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { StateStore } from '../protocol/store.ts';
import { type Entry, isOver, newLeg } from './legs.ts';
import type { Notice } from './notice.ts';
import type { Route, ToldOn } from './route.ts';

/** What people were told of one thing, on which channels, and how later messages find the first there. */
export interface Thread extends ToldOn {
  thread: string;
  /** Milliseconds since the epoch of the last time that it began. */
  firingSince: number | null;
  updatedAt: number;
  /** By channel: what it gave back for the first message. */
  refs: Record<string, string>;
  /** Of the last notices: they are not put in again, also when their messages are long forgotten. */
  keys: string[];
  /** For whoever has to know what was said last. */
  said: string | null;
}

/**
 * Messages on their way to people, on disk before anybody is told. Any process may put; one, which holds the lock of the
 * sender, sends. A message is sent at least once: killed between the moment in which a channel took it and the one in
 * which that is on disk, it is sent again, with the same id.
 */
export interface Outbox {
  /**
   * On disk when it resolves; false: it was put in before, or nobody is to be told. OpsError `busy` when too much waits
   * already.
   */
  put(notice: Notice, route: (told: Thread) => Route, more: { now: number; said?: string }): Promise<boolean>;
  /** In the order in which they were put in. */
  waiting(): Promise<Entry[]>;
  /** Only for the sender. What is over moves to those that were told. */
  update(entry: Entry): Promise<void>;
  /** The newest first. */
  told(most: number): Promise<Entry[]>;
  thread(thread: string): Promise<Thread>;
  /**
   * Only for the sender: a channel told of it, also one that stood in for another, and hears how it goes on. `ref` is what
   * it gave back for the first message; null: nothing.
   */
  noteTold(thread: string, channel: string, ref: string | null): Promise<void>;
  digest(): Promise<{ id: string; notice: Notice }[]>;
  removeFromDigest(ids: readonly string[]): Promise<void>;
  /** Removes what was told before, milliseconds since the epoch; what a thread was is known for three weeks longer. */
  prune(before: number): Promise<void>;
  /** Held by whoever sends; undefined: somebody else does. Released by the kernel when the holder dies. */
  lockSender(): Promise<{ release(): void } | undefined>;
}

const WAITING = 'outbox/waiting';
const TOLD = 'outbox/told';
const THREADS = 'outbox/threads';
const DIGEST = 'outbox/digest';
const LOCK = 'outbox/book';
const LOCK_WAIT_MS = 10_000;
const MOST_WAITING = 2_000;
const MOST_KEYS = 40;
const THREADS_LONGER_MS = 21 * 24 * 60 * 60 * 1000;

export function createOutbox(store: StateStore): Outbox {
  /** What the sender has read: nobody but it changes a file once it is there. */
  const seen = new Map<string, Entry>();
  /** What an earlier process told, and was killed before the thread knew of it. Read once: there may be thousands. */
  let toldIds: Set<string> | null = null;

  async function locked<T>(work: () => Promise<T>): Promise<T> {
    const lock = await store.lock(LOCK, LOCK_WAIT_MS);
    if (lock === undefined) {
      throw new OpsError('outbox-busy', 'busy', 'the outbox is held by another process', {
        hint: `look for a steward process that hangs; the lock is ${LOCK}.lock in ${store.location}`,
      });
    }
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  async function readThread(thread: string): Promise<Thread> {
    const value = parse(await store.readText(threadFile(thread)));
    const fresh: Thread = {
      ...{
        thread,
        channels: [],
        inDigest: false,
        firingSince: null,
        updatedAt: 0,
        refs: {},
        keys: [],
        said: null,
      },
    };
    // Written whole by us, in a folder that is ours alone.
    return value !== null && value.thread === thread ? (value as unknown as Thread) : fresh;
  }

  const writeThread = (thread: Thread): Promise<void> =>
    store.write(threadFile(thread.thread), `${JSON.stringify(thread)}\n`);

  async function names(folder: string): Promise<string[]> {
    return (await store.list(folder)).map(({ name }) => name).filter((name) => name.endsWith('.json'));
  }

  async function waiting(): Promise<Entry[]> {
    const there = await names(WAITING);
    for (const name of seen.keys()) if (!there.includes(name)) seen.delete(name);
    for (const name of there) {
      if (seen.has(name)) continue;
      const entry = parseEntry(await store.readText(`${WAITING}/${name}`), name);
      if (entry !== null) seen.set(name, entry);
    }
    return there.flatMap((name) => seen.get(name) ?? []);
  }

  return {
    async put(notice, route, { now, said }) {
      // Most of what becomes of incidents is the end of what nobody was told: it costs no lock.
      if (notice.isSequel && !isTold(await readThread(notice.thread))) return false;
      return locked(async () => {
        const id = idOf(notice.key);
        const thread = await readThread(notice.thread);
        if (thread.keys.includes(id)) return false;
        const there = await names(WAITING);
        const { channels, toDigest, notBefore } = route(thread);
        toldIds ??= new Set((await names(TOLD)).map(idIn));
        const isKnown = toldIds.has(id) || there.some((name) => idIn(name) === id);
        // Killed before the thread knew of it, it is there already; and what nobody is told is settled too.
        if (!isKnown && channels.length > 0) {
          if (there.length >= MOST_WAITING) {
            throw new OpsError('outbox-full', 'busy', `${there.length} messages wait in the outbox`, {
              hint: 'steward notify list says what keeps them',
            });
          }
          const last = Number(there.at(-1)?.slice(0, 15) ?? 0);
          const order = Math.max(now, last + 1);
          const name = `${String(order).padStart(15, '0')}-${id}.json`;
          const legs = channels.map((channel) => newLeg(channel, notBefore));
          const entry: Entry = { id, putAt: order, name, notice, legs };
          await store.write(`${WAITING}/${name}`, `${JSON.stringify(entry)}\n`);
        }
        if (toDigest) await store.write(`${DIGEST}/${id}.json`, `${JSON.stringify(notice)}\n`);
        const begins = notice.kind === 'opened' || notice.kind === 'again';
        await writeThread({
          ...thread,
          channels: [...new Set([...thread.channels, ...channels])],
          inDigest: thread.inDigest || toDigest,
          firingSince: begins ? notice.at : thread.firingSince,
          updatedAt: now,
          keys: [...thread.keys, id].slice(-MOST_KEYS),
          said: said ?? thread.said,
        });
        return channels.length > 0 || toDigest;
      });
    },
    waiting,
    async update(entry) {
      const text = `${JSON.stringify(entry)}\n`;
      if (!isOver(entry)) {
        await store.write(`${WAITING}/${entry.name}`, text);
        seen.set(entry.name, entry);
        return;
      }
      await store.write(`${TOLD}/${entry.name}`, text);
      await store.remove(`${WAITING}/${entry.name}`);
      seen.delete(entry.name);
      toldIds?.add(entry.id);
    },
    async told(most) {
      const last = (await names(TOLD)).reverse().slice(0, most);
      const read = await Promise.all(
        last.map(async (name) => parseEntry(await store.readText(`${TOLD}/${name}`), name)),
      );
      return read.filter((entry) => entry !== null);
    },
    thread: readThread,
    noteTold: (thread, channel, ref) =>
      locked(async () => {
        const known = await readThread(thread);
        const refs = ref === null ? known.refs : { ...known.refs, [channel]: ref };
        await writeThread({ ...known, refs, channels: [...new Set([...known.channels, channel])] });
      }),
    async digest() {
      const read = await Promise.all(
        (await names(DIGEST)).map(async (name) => {
          const notice = parse(await store.readText(`${DIGEST}/${name}`));
          return notice === null
            ? []
            : [{ id: name.replace(/\.json$/, ''), notice: notice as unknown as Notice }];
        }),
      );
      return read.flat();
    },
    async removeFromDigest(ids) {
      for (const id of ids) await store.remove(`${DIGEST}/${id}.json`);
    },
    prune: (before) =>
      locked(async () => {
        for (const name of await names(TOLD)) {
          if (Number(name.slice(0, 15)) < before) await store.remove(`${TOLD}/${name}`);
        }
        for (const { name, modifiedAt } of await store.list(THREADS)) {
          if (modifiedAt < before - THREADS_LONGER_MS) await store.remove(`${THREADS}/${name}`);
        }
      }),
    lockSender: () => store.lock('outbox/sender'),
  };
}

function isTold({ channels, inDigest }: Thread): boolean {
  return channels.length > 0 || inDigest;
}

export function idOf(key: string): string {
  return sha256(key).slice(0, 24);
}

/** `001795287246101-381a09db334bdf12d57aa63a.json`. */
function idIn(name: string): string {
  return name.slice(name.indexOf('-') + 1).replace(/\.json$/, '');
}

function threadFile(thread: string): string {
  return `${THREADS}/${sha256(thread).slice(0, 32)}.json`;
}

function parse(text: string | undefined): Record<string, unknown> | null {
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function parseEntry(text: string | undefined, name: string): Entry | null {
  const value = parse(text);
  const isOurs = value !== null && Array.isArray(value.legs) && isRecord(value.notice);
  return isOurs ? ({ ...value, name } as unknown as Entry) : null;
}
