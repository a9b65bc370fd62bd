import { OpsError } from '../../lib/ops-error.ts';
import type { Telling } from '../../protocol/telling.ts';
import { openSpool } from '../../triggers/index.ts';
import type { World } from '../world.ts';
import { createMetrics } from './metrics.ts';
import { openBook, openWork } from './open-work.ts';
import { createStandingReader } from './standing.ts';

export interface ServeOnceOptions {
  hasRuns: boolean;
  runOptions: readonly string[];
  telling?: Telling;
  log(line: string): void;
}

/**
 * What waits in the spool is joined, and what is due is looked into; then it ends. For people who run no daemon. false:
 * one is there, and does it. OpsError when there is no folder to keep incidents in.
 */
export async function serveOnce(
  world: World,
  options: ServeOnceOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, clock } = world;
  const { telling, hasRuns, runOptions, log } = options;
  const writer = await openBook(world, telling, log).catch((error: unknown) => {
    if (error instanceof OpsError && error.code === 'incidents-busy') return null;
    throw error;
  });
  if (writer === null) return false;
  try {
    const prefix = (): string => `${String(clock.now()).padStart(14, '0')}-${process.pid}`;
    const spool = await openSpool(store, { prefix });
    const metrics = createMetrics({
      book: writer.book,
      spool: () => ({ files: spool.size().lines, bytes: spool.size().bytes }),
      standing: createStandingReader(world, log).now,
      startedAt: clock.now(),
      version: world.version,
    });
    await telling?.begin(writer.book().incidents.values());
    const onTurn = (): void => telling?.turnMade?.();
    const worker = await openWork(world, { writer, spool, metrics, hasRuns, runOptions, onTurn, log });
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([worker.idle(), aborted]);
    await worker.stop();
    await telling?.end?.();
    return true;
  } finally {
    writer.close();
  }
}
