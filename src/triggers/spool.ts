import { OpsError } from '../lib/ops-error.ts';
import type { StateStore } from '../protocol/store.ts';

/** What was taken in and is not worked on yet. A file holds what came at about the same time, a line each. */
export interface Spool {
  /** Resolves when the line is on disk. OpsError `busy` when there is no more room for what waits. */
  put(line: string): Promise<void>;
  /** Names of what waits, in the order in which it came. */
  waiting(): Promise<string[]>;
  read(name: string): Promise<string[]>;
  remove(name: string): Promise<void>;
  /** Counted from the folder now and then, and from what was put since. */
  size(): { lines: number; bytes: number };
  /** Resolves when everything that was put is on disk. */
  settled(): Promise<void>;
}

export interface SpoolLimits {
  /** On disk. */
  files: number;
  bytes: number;
  /** In memory, not on disk yet. */
  queuedBytes: number;
}

export const SPOOL_LIMITS: SpoolLimits = {
  files: 20_000,
  bytes: 256 * 1024 * 1024,
  queuedBytes: 32 * 1024 * 1024,
};

const FOLDER = 'spool';
/** In one file: so many deliveries share one fsync. */
const BATCH_LINES = 256;
const BATCH_BYTES = 8 * 1024 * 1024;

interface Waiting {
  line: string;
  done(): void;
  failed(error: unknown): void;
}

/**
 * `prefix` sorts after every earlier one, and is nobody else's: the time and the process. Call `open` once before the
 * first `put`, so that what an earlier process left counts.
 */
export async function openSpool(
  store: StateStore,
  { prefix, limits = SPOOL_LIMITS }: { prefix: () => string; limits?: SpoolLimits },
): Promise<Spool> {
  const sizes = new Map<string, number>();
  let bytes = 0;
  let queue: Waiting[] = [];
  let queuedBytes = 0;
  let flushing: Promise<void> | null = null;
  let number = 0;

  const forget = (name: string): void => {
    bytes -= sizes.get(name) ?? 0;
    sizes.delete(name);
  };
  const note = (name: string, size: number): void => {
    forget(name);
    sizes.set(name, size);
    bytes += size;
  };
  const scan = async (): Promise<string[]> => {
    const entries = await store.list(FOLDER);
    for (const { name, sizeBytes } of entries) note(name, sizeBytes);
    return entries
      .map(({ name }) => name)
      .filter(isBatch)
      .sort();
  };
  await scan();

  async function flush(): Promise<void> {
    while (queue.length > 0) {
      const batch = takeBatch(queue);
      queue = queue.slice(batch.length);
      const text = batch.map(({ line }) => `${line}\n`).join('');
      number += 1;
      const name = `${prefix()}-${String(number).padStart(8, '0')}.jsonl`;
      try {
        await store.write(`${FOLDER}/${name}`, text);
        note(name, Buffer.byteLength(text));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      } finally {
        queuedBytes -= batch.reduce((sum, { line }) => sum + line.length, 0);
      }
    }
    // In the same breath as the last look at the queue: whoever puts next must find that nobody flushes.
    flushing = null;
  }

  return {
    put(line) {
      const isFull =
        sizes.size >= limits.files ||
        bytes + line.length > limits.bytes ||
        queuedBytes + line.length > limits.queuedBytes;
      if (isFull) {
        const message = `${sizes.size} files with ${bytes} bytes wait in the spool`;
        return Promise.reject(new OpsError('spool-full', 'busy', message));
      }
      queuedBytes += line.length;
      return new Promise((done, failed) => {
        queue.push({ line, done, failed });
        flushing ??= flush();
      });
    },
    waiting: scan,
    async read(name) {
      const text = (await store.readText(`${FOLDER}/${name}`)) ?? '';
      return text.split('\n').filter((line) => line !== '');
    },
    async remove(name) {
      await store.remove(`${FOLDER}/${name}`);
      forget(name);
    },
    size: () => ({ lines: sizes.size + queue.length, bytes }),
    settled: () => flushing ?? Promise.resolve(),
  };
}

function isBatch(name: string): boolean {
  return name.endsWith('.jsonl');
}

function takeBatch(queue: readonly Waiting[]): Waiting[] {
  const batch: Waiting[] = [];
  let bytes = 0;
  for (const item of queue) {
    if (batch.length >= BATCH_LINES || (batch.length > 0 && bytes + item.line.length > BATCH_BYTES)) break;
    batch.push(item);
    bytes += item.line.length;
  }
  return batch;
}
