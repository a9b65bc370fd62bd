import { createMemoryStore, readFreeBytes } from '../host/index.ts';
import { OpsError } from '../lib/ops-error.ts';
import { formatBytes } from '../lib/size.ts';
import { NO_USAGE, type Usage } from '../protocol/model.ts';
import { ending, type Reason } from '../protocol/outcome.ts';
import { pruneRuns } from '../runs/index.ts';
import { type Ending, live } from './life.ts';
import { maskDeltas } from './mask-deltas.ts';
import { openRun, type RunScope } from './open-run.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { RunEnd, RunListener, RunRequest } from './run-request.ts';
import type { World } from './world.ts';

/** How often a run looks whether an operator stopped it while a model or a command keeps it waiting. */
const SWITCH_POLL_MS = 1_000;

/**
 * One run from opening to closing. Never rejects: whatever goes wrong is the reason in `run.closed`, which reaches the
 * listener on every path, and the log wherever there is one.
 */
export async function performRun(
  world: World,
  request: RunRequest,
  unmasked: RunListener,
  outerSignal: AbortSignal,
): Promise<RunEnd> {
  const startedMs = world.clock.elapsed();
  const listener = maskDeltas(unmasked, world.masker);
  const recorder = createRecorder(world.masker, world.clock, listener);
  const abort = new AbortController();
  const follow = (): void => abort.abort(outerSignal.reason);
  outerSignal.addEventListener('abort', follow, { once: true });
  if (outerSignal.aborted) follow();
  let scope: RunScope | null = null;
  let stopWatching = (): void => {};
  try {
    scope = await openRun(withRoom(world, request), request, recorder, abort.signal);
    stopWatching = watch(scope, abort);
    const end = await live(scope, listener);
    close(recorder, end, startedMs, world);
  } catch (error) {
    close(recorder, endOfError(error, abort.signal), startedMs, world);
  } finally {
    stopWatching();
    outerSignal.removeEventListener('abort', follow);
  }
  const end = await endLog(scope);
  if (scope?.goal != null) await tidy(world);
  return end;
}

/** A run's log and what it teaches take some tens of kilobytes; a talk with a model up to a few hundred. */
const ROOM_BYTES = 1024 * 1024;

/**
 * A full disk is what a health check is there to tell of, so it must not end one: such a run keeps nothing, and looks.
 * A run that goes on writes where its log is, and ends when it cannot.
 */
function withRoom(world: World, request: RunRequest): World {
  const { store } = world;
  const freeBytes = store.kind === 'disk' ? readFreeBytes(store.location) : null;
  if (request.resume !== null || freeBytes === null || freeBytes >= ROOM_BYTES) return world;
  const reason = `there is no room for state at ${store.location}: ${formatBytes(freeBytes)} free`;
  const notice = `${reason}; nothing is kept and only looking is allowed`;
  return { ...world, store: createMemoryStore(reason), notices: [...world.notices, notice] };
}

/** Runs of a goal come by themselves, night after night; whoever starts them does not clean up. */
async function tidy({ store, settings, clock }: World): Promise<void> {
  const { days, keep } = settings.retention;
  await pruneRuns(store, { keepDays: days, keepAtLeast: keep, now: clock.now() }).catch(() => {
    // A folder that cannot be read or written was already the run's own trouble, and is in its ending.
  });
}

/** The run's own clock and the operator's switch. */
function watch(scope: RunScope, abort: AbortController): () => void {
  const { limits, resumed, switches, run } = scope;
  const left =
    limits.durationMs === undefined ? null : Math.max(0, limits.durationMs - (resumed?.spentMs ?? 0));
  const timer = left === null ? undefined : setTimeout(() => abort.abort('duration' satisfies Reason), left);
  const poll = setInterval(() => {
    switches.read(run).then(
      ({ stopped }) => stopped && abort.abort('halted' satisfies Reason),
      // The gate reads the same switch before every step and refuses when it cannot.
      () => {},
    );
  }, SWITCH_POLL_MS);
  poll.unref();
  return () => {
    clearTimeout(timer);
    clearInterval(poll);
  };
}

function close(recorder: Recorder, end: Ending, startedMs: number, world: World): void {
  const event = {
    type: 'run.closed' as const,
    outcome: ending(end.reason).outcome,
    reason: end.reason,
    message: end.message,
    result: end.result,
    resumeAt: end.resumeAt,
    turns: end.turns,
    usage: end.usage,
    costUsd: end.costUsd,
    durationMs: Math.round(world.clock.elapsed() - startedMs),
  };
  try {
    recorder.record(event);
  } catch {
    // The log is full or gone, which is what `end` says; whoever waits must still hear it.
    recorder.attach({ record() {}, async sync() {} });
    recorder.record(event);
  }
}

async function endLog(scope: RunScope | null): Promise<RunEnd> {
  if (scope === null) return { run: '', logHead: null };
  const { log, run, world } = scope;
  // A log that cannot be made durable any more has already ended the run with that reason.
  await log.sync().catch(() => {});
  const logHead = world.store.kind === 'disk' ? log.head() : null;
  log.close();
  return { run, logHead };
}

function endOfError(error: unknown, signal: AbortSignal): Ending {
  const spent: { turns: number; usage: Usage; costUsd: number } = { turns: 0, usage: NO_USAGE, costUsd: 0 };
  if (error instanceof OpsError) {
    const message = error.hint === null ? error.message : `${error.message} (${error.hint})`;
    return { reason: error.reason, message, result: null, resumeAt: error.resumeAt, ...spent };
  }
  if (signal.aborted) {
    const reason = signal.reason as Reason;
    return { reason, message: ending(reason).meaning, result: null, resumeAt: null, ...spent };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { reason: 'bug', message, result: null, resumeAt: null, ...spent };
}
