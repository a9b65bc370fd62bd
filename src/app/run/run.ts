import { createMemoryStore, holdOptimiser, readFreeBytes } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { formatBytes } from '../../lib/size.ts';
import type { RunEvent } from '../../protocol/event.ts';
import { ending, isError, type Reason } from '../../protocol/outcome.ts';
import { maskDeltas } from '../masking/mask-deltas.ts';
import { maskEvent } from '../masking/mask-event.ts';
import type { World } from '../world.ts';
import type { Attendance } from './attendance.ts';
import { type Ending, live } from './life.ts';
import { durationLeftMs } from './limits.ts';
import { openRun, type RunScope } from './open-run.ts';
import { createRecorder } from './recorder.ts';
import { NOTHING_SPENT, type Spent } from './run-ledger.ts';
import type { RunEnd, RunListener, RunRequest } from './run-request.ts';
import { tidyHourly } from './tidy.ts';

/** A quiet check takes a fifth of this; whoever asks a model works on for much longer. */
const QUIET_MS = 2_000;

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
  attendance: Attendance | null = null,
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
  const release = request.goal === null ? () => {} : await holdOptimiser(QUIET_MS);
  let end: Ending;
  try {
    scope = await openRun(withRoom(world, request), request, { recorder, signal: abort.signal, attendance });
    stopWatching = watch(scope, abort);
    attendance?.setLog(recorder);
    end = await live(scope, listener);
  } catch (error) {
    end = { ...endOfError(error, abort.signal), ...(scope === null ? NOTHING_SPENT : recorder.spent()) };
  } finally {
    attendance?.setLog(null);
    stopWatching();
    release();
    outerSignal.removeEventListener('abort', follow);
  }
  const durationMs = Math.round(world.clock.elapsed() - startedMs);
  recorder.tell(closing(await keep(scope, end, durationMs), durationMs));
  const closed = endLog(scope);
  if (scope?.goal != null) await tidyHourly(world);
  return closed;
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

/** The run's own clock and the operator's switch. */
function watch(scope: RunScope, abort: AbortController): () => void {
  const { switches, run } = scope;
  const stopTimer = atEnd(durationLeftMs(scope), () => abort.abort('duration' satisfies Reason));
  const poll = setInterval(() => {
    switches.read(run).then(
      ({ stopped }) => stopped && abort.abort('halted' satisfies Reason),
      // The gate reads the same switch before every step and refuses when it cannot.
      () => {},
    );
  }, SWITCH_POLL_MS);
  poll.unref();
  return () => {
    stopTimer();
    clearInterval(poll);
  };
}

/** The longest that a timer can be set for; one that is set for longer goes off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function atEnd(leftMs: number | null, act: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (restMs: number): void => {
    const stepMs = Math.min(restMs, LONGEST_TIMER_MS);
    timer = setTimeout(() => (restMs > stepMs ? wait(restMs - stepMs) : act()), stepMs);
  };
  if (leftMs !== null) wait(leftMs);
  return () => clearTimeout(timer);
}

function closing(end: Ending, durationMs: number): RunEvent {
  return { type: 'run.closed', outcome: ending(end.reason).outcome, ...end, durationMs };
}

/**
 * The last line of the log, durable before anybody is told: a log that does not say how a run ended makes no success.
 * One that failed earlier has ended the run with that reason already.
 */
async function keep(scope: RunScope | null, end: Ending, durationMs: number): Promise<Ending> {
  if (scope === null) return end;
  try {
    scope.log.record(maskEvent(closing(end, durationMs), scope.world.masker));
    await scope.log.sync();
    return end;
  } catch (error) {
    if (isError(end.reason)) return end;
    const { reason, message } = endOfError(error, new AbortController().signal);
    return { ...end, reason, message };
  }
}

function endLog(scope: RunScope | null): RunEnd {
  if (scope === null) return { run: '', logHead: null };
  const { log, run, world } = scope;
  const logHead = world.store.kind === 'disk' ? log.head() : null;
  log.close();
  return { run, logHead };
}

/** What broke a run outside its talk does not know what the talk took: the recorder does. */
function endOfError(error: unknown, signal: AbortSignal): Omit<Ending, keyof Spent> {
  if (error instanceof OpsError) {
    const message = error.hint === null ? error.message : `${error.message} (${error.hint})`;
    return { reason: error.reason, message, result: null, resumeAt: error.resumeAt };
  }
  if (signal.aborted) {
    const reason = signal.reason as Reason;
    return { reason, message: ending(reason).meaning, result: null, resumeAt: null };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { reason: 'bug', message, result: null, resumeAt: null };
}
