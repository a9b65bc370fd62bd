import { readApiKey } from '../../config/index.ts';
import { createServiceNotify, startHttpServer } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Telling } from '../../protocol/telling.ts';
import { openSpool } from '../../triggers/index.ts';
import type { World } from '../world.ts';
import { answerViews } from './answer-views.ts';
import { createIntake } from './intake.ts';
import { createMetrics } from './metrics.ts';
import { openBook, openWork } from './open-work.ts';
import { openPages } from './pages/open-pages.ts';
import { createStandingReader } from './standing.ts';

export interface ServeOptions {
  /** As typed: `HOST:PORT`. */
  listen: string;
  hasRuns: boolean;
  /** Arguments that every run it begins gets. */
  runOptions: readonly string[];
  /** Told of every change of an incident. Default: nobody is. */
  telling?: Telling;
  /** Text for the operator, one line. */
  log(line: string): void;
}

/** Alertmanager sends no more; with `max_alerts` far less. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;
const BODIES_LIMIT_BYTES = 64 * 1024 * 1024;
const DRAIN_MS = 5_000;
/** A worker that made no turn for so long hangs. */
const STUCK_MS = 60_000;

/**
 * Takes events in until the signal aborts, then ends in order. OpsError when it may not listen, when another process
 * keeps the incidents, or when there is no folder to keep them in.
 */
export async function serve(world: World, options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { store, clock } = world;
  const place = readPlace(options.listen);
  const files = world.operatorFiles;
  const token = await readToken(world, 'STEWARD_INTAKE_TOKEN', 'intake-token');
  const secret =
    (await readApiKey(
      { variable: 'STEWARD_GRAFANA_SECRET', credential: 'grafana-secret' },
      { env: world.env, files },
    )) ?? null;
  if (token === null && !isLoopback(place.host)) {
    throw new OpsError(
      'no-intake-token',
      'usage',
      `${options.listen} can be reached from elsewhere, and there is no token`,
      {
        hint: 'set STEWARD_INTAKE_TOKEN or give the credential intake-token, or listen on 127.0.0.1',
      },
    );
  }
  if (store.kind !== 'disk') {
    throw new OpsError('no-state', 'state-full', `there is nowhere to keep events: ${store.location}`, {
      hint: 'an event is answered for only when it is on disk',
    });
  }
  const { telling } = options;
  const writer = await openBook(world, telling, options.log);
  try {
    await telling?.begin(writer.book().incidents.values());
    const startedAt = clock.now();
    const prefix = (): string => `${String(clock.now()).padStart(14, '0')}-${process.pid}`;
    const spool = await openSpool(store, { prefix });
    const standing = createStandingReader(world, options.log);
    await standing.refresh();
    const metrics = createMetrics({
      book: writer.book,
      spool: () => ({ files: spool.size().lines, bytes: spool.size().bytes }),
      standing: standing.now,
      startedAt,
      version: world.version,
    });
    const notify = createServiceNotify(world.env);
    let toldSystemdAt = Number.NEGATIVE_INFINITY;
    const worker = await openWork(world, {
      spool,
      writer,
      metrics,
      hasRuns: options.hasRuns,
      runOptions: options.runOptions,
      log: options.log,
      // From the loop that does the work, and not from a timer, so that one that hangs is noticed.
      onTurn() {
        void standing.refresh();
        telling?.turnMade?.();
        if (notify.watchdogMs === null || clock.elapsed() - toldSystemdAt < notify.watchdogMs / 2) return;
        toldSystemdAt = clock.elapsed();
        notify.tell('WATCHDOG=1');
      },
    });
    try {
      const intake = createIntake({
        world,
        spool,
        metrics,
        token,
        secret,
        isDraining: () => signal.aborted,
        health: () => ({
          isWell: clock.now() - worker.lastTurnAt() < STUCK_MS,
          facts: { version: world.version, spool: spool.size().lines, runs: options.hasRuns },
        }),
        onTaken: worker.wake,
        log: options.log,
      });
      const limits = { bodyLimitBytes: BODY_LIMIT_BYTES, bodiesLimitBytes: BODIES_LIMIT_BYTES };
      const pages = await openPages(world, {
        book: writer.book,
        runOptions: options.runOptions,
        isDraining: () => signal.aborted,
        log: options.log,
      });
      const server = await startHttpServer({ ...place, ...limits, ...pages.before(intake) });
      const endViews = await answerViews(world, options.log);
      const access = token === null ? 'no token' : 'with a token';
      const also = options.hasRuns ? '' : ', begins no runs';
      options.log(`listens on http://${server.address} (${access}${also}); state in ${store.location}`);
      notify.tell('READY=1', `STATUS=listens on ${server.address}`);
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      notify.tell('STOPPING=1');
      await endViews?.();
      await server.drain(DRAIN_MS);
      await pages.stop();
      await spool.settled();
    } finally {
      await worker.stop();
      await telling?.end?.();
    }
  } finally {
    writer.close();
  }
}

/** `127.0.0.1:9097`, `[::1]:9097`, `localhost:9097`. */
export function readPlace(listen: string): { host: string; port: number } {
  const [, bracketed, bare, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(listen) ?? [];
  const host = bracketed ?? bare;
  const port = Number(digits);
  if (host === undefined || !(port <= 65_535)) {
    throw new OpsError('usage', 'usage', `--listen: "${listen}" is not HOST:PORT`, {
      hint: '127.0.0.1:9097, or [::1]:9097',
    });
  }
  return { host, port };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

async function readToken(world: World, variable: string, credential: string): Promise<string | null> {
  return (await readApiKey({ variable, credential }, { env: world.env, files: world.operatorFiles })) ?? null;
}
