import type { Clock } from '../protocol/machine.ts';
import type { ScannedSource } from '../protocol/state-file.ts';
import { type Ask, type Scanner, ScanProblem } from './scanners/scanner.ts';

export interface ScanOptions {
  clock: Clock;
  /** For the whole of it, whatever hangs. */
  deadlineMs: number;
  /** How a scanner asks; what it asks ends with the signal. */
  askFor(scanner: Scanner, signal: AbortSignal): Ask;
  signal?: AbortSignal;
}

export interface Scanned {
  /** One a scanner, in their order. */
  sources: ScannedSource[];
  durationMs: number;
  /** When nothing of it runs any more; wait for this before the program exits. Never rejects. */
  settled: Promise<void>;
}

/** A client of ssh each: more would keep a small machine from hearing any of them. */
const MOST_AT_ONCE = 128;

/**
 * Asks all at once, so that a slow one holds up no other. Resolves within the deadline: who has not answered by then has
 * not answered. Rejects only for what must end the scan.
 */
export async function runScanners(scanners: readonly Scanner[], options: ScanOptions): Promise<Scanned> {
  const { clock, deadlineMs } = options;
  const start = clock.elapsed();
  const startedAt = clock.now();
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) abort();
  const done = new Map<Scanner, ScannedSource>();
  let isOver = false;
  const queue = [...scanners];
  const work = async (): Promise<void> => {
    for (let scanner = queue.shift(); scanner !== undefined && !isOver; scanner = queue.shift()) {
      const since = clock.elapsed();
      const answer = await answerOf(scanner, options.askFor(scanner, stop.signal));
      const source = { ...describe(scanner, startedAt), durationMs: clock.elapsed() - since, answer };
      if (!isOver) done.set(scanner, source);
    }
  };
  const all = Promise.all(Array.from({ length: MOST_AT_ONCE }, work));
  const timer = new AbortController();
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  try {
    await Promise.race([all, clock.sleep(deadlineMs, timer.signal), stopped]);
  } finally {
    isOver = true;
    timer.abort();
    stop.abort();
    options.signal?.removeEventListener('abort', abort);
  }
  const durationMs = clock.elapsed() - start;
  const late = `no answer within ${Math.round(deadlineMs / 100) / 10} s`;
  const problem = options.signal?.aborted === true ? 'the scan was interrupted' : late;
  return {
    sources: scanners.map(
      (scanner) => done.get(scanner) ?? { ...describe(scanner, startedAt), durationMs, answer: { problem } },
    ),
    durationMs,
    settled: all.then(
      () => undefined,
      () => undefined,
    ),
  };
}

function describe({ name, kind, target }: Scanner, at: number) {
  return { name, kind, target, at };
}

async function answerOf(scanner: Scanner, ask: Ask): Promise<ScannedSource['answer']> {
  try {
    return { found: await scanner.scan(ask) };
  } catch (error) {
    if (error instanceof ScanProblem) return { problem: error.message };
    throw error;
  }
}
