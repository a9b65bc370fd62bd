import { plainJson } from '../lib/json-line.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { EventSink, LogLine, RunEvent } from '../protocol/event.ts';
import type { Clock } from '../protocol/machine.ts';
import type { AppendFile, StateLock, StateStore } from '../protocol/store.ts';
import { checkLines, checkRunId, logName, noSuchRun } from './check-lines.ts';
import { encodeLine, firstLink, splitLog } from './log-line.ts';
import { readLastLine } from './read-part.ts';
import { planRepair, type Repair } from './repair.ts';

export interface RunLogOptions {
  store: StateStore;
  run: string;
  clock: Clock;
  /** Takes secrets out of a text. Every string of an event goes through it; keys do not. */
  mask: (text: string) => string;
}

/** One writer: the lock is held until `close`. After a failed append or sync every call throws what failed. */
export interface RunLog extends EventSink {
  readonly run: string;
  /** Hash of the last line; for an empty log the sha256 of the run id. */
  head(): string;
  lineCount(): number;
  /** May be called twice. */
  close(): void;
}

export interface OpenedRun {
  log: RunLog;
  /** All events that can be read, those of the repair included. */
  lines: LogLine[];
  /** null: nothing was wrong, or all of it is already in the log. */
  repair: Repair | null;
}

/** A new log. The caller records `run.opened` first. */
export async function createRunLog(options: RunLogOptions): Promise<RunLog> {
  const { store, run } = options;
  const lock = await lockRun(store, run);
  try {
    const there = await store.readRange(logName(run), 0, 1);
    if (there !== undefined && there.length > 0) {
      throw new OpsError('run-exists', 'input', `there is already a run ${run}`, {
        hint: `go on with it (steward --resume ${run}) or choose another id`,
      });
    }
    const file = await store.openAppend(logName(run));
    return startLog(options, file, lock, { seq: 0, count: 0, head: firstLink(run) }).log;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Repairs what a crash left. Refuses only a run that does not exist or that another process works on. */
export async function openRunLog(options: RunLogOptions): Promise<OpenedRun> {
  const { store, run } = options;
  checkRunId(run);
  // Before the lock, which would leave a file behind for every misspelt id.
  if ((await store.readRange(logName(run), 0, 1)) === undefined) throw noSuchRun(run);
  const lock = await lockRun(store, run);
  let file: AppendFile | undefined;
  try {
    const bytes = await store.readBytes(logName(run));
    if (bytes === undefined) throw noSuchRun(run);
    const stored = splitLog(bytes);
    const { events, damaged } = await checkLines(run, stored.lines);
    file = await store.openAppend(logName(run));
    if (stored.tornBytes > 0) file.truncate(stored.wholeBytes);

    const last = stored.lines.at(-1);
    const { log, append } = startLog(options, file, lock, {
      // Numbers go on from what the last line says, so that a gap shows once and not in every line after it.
      seq: last?.body?.seq ?? stored.lines.length,
      count: stored.lines.length,
      head: last?.link ?? firstLink(run),
    });
    const repair = planRepair(events, stored.tornBytes, damaged);
    const added = repair === null ? [] : append(repair.events);
    if (repair !== null) await log.sync();
    return { log, lines: [...events, ...added], repair };
  } catch (error) {
    file?.close();
    lock.release();
    throw error;
  }
}

/**
 * For adding a line or two: reads the end of the log only. null where that end is not what was written, which takes a
 * whole opening and its repair. OpsError as `openRunLog`.
 */
export async function openForAppend(options: RunLogOptions): Promise<RunLog | null> {
  const { store, run } = options;
  checkRunId(run);
  if ((await store.readRange(logName(run), 0, 1)) === undefined) throw noSuchRun(run);
  const lock = await lockRun(store, run);
  let file: AppendFile | undefined;
  try {
    const last = await readLastLine(store, run);
    const isEnded = last?.body !== undefined && last.body !== null && last.isSound;
    if (!isEnded || !isAtRest(last.body?.event.type)) {
      lock.release();
      return null;
    }
    file = await store.openAppend(logName(run));
    const seq = last.body?.seq ?? 0;
    return startLog(options, file, lock, { seq, count: seq, head: last.link }).log;
  } catch (error) {
    file?.close();
    lock.release();
    throw error;
  }
}

/** A sitting that was killed leaves its log behind anything else, and gets its repair before another line. */
function isAtRest(type: string | undefined): boolean {
  const quiet = [
    'run.closed',
    'run.named',
    'run.rewound',
    'operator.began',
    'operator.ended',
    'log.repaired',
  ];
  return type !== undefined && quiet.includes(type);
}

/** Whoever only asks whether a run is open holds its lock for a moment. */
const LOCK_WAIT_MS = 500;

async function lockRun(store: StateStore, run: string): Promise<StateLock> {
  checkRunId(run);
  const lock = await store.lock(`runs/${run}`, LOCK_WAIT_MS);
  if (lock !== undefined) return lock;
  throw new OpsError('run-busy', 'busy', `another process is working on run ${run}`, {
    hint: `wait for it, or end it with: steward stop ${run}`,
  });
}

interface Position {
  seq: number;
  count: number;
  head: string;
}

function startLog(
  options: RunLogOptions,
  file: AppendFile,
  lock: StateLock,
  start: Position,
): { log: RunLog; append: (events: readonly RunEvent[]) => LogLine[] } {
  const { run, clock, mask } = options;
  let position = start;
  let failure: unknown;
  let isClosed = false;
  const syncs = createSyncs(file, (error) => {
    failure ??= error;
  });

  /** All of them in one write, or none. */
  function append(events: readonly RunEvent[]): LogLine[] {
    if (failure !== undefined) throw failure;
    if (isClosed) throw new Error(`the log of run ${run} is closed`);
    let { seq, count, head } = position;
    let text = '';
    const lines: LogLine[] = [];
    for (const event of events) {
      seq += 1;
      count += 1;
      const time = new Date(clock.now()).toISOString();
      const json = stringifyMasked(event, mask);
      const line = encodeLine(seq, time, json, head);
      lines.push({ seq, time, event, prev: head, hash: line.hash });
      head = line.hash;
      text += line.text;
    }
    try {
      file.append(text);
    } catch (error) {
      failure = error;
      throw error;
    }
    position = { seq, count, head };
    syncs.touch();
    return lines;
  }

  const log: RunLog = {
    run,
    record: (event) => void append([event]),
    async sync() {
      if (failure !== undefined) throw failure;
      await syncs.sync();
    },
    head: () => position.head,
    lineCount: () => position.count,
    close() {
      if (isClosed) return;
      isClosed = true;
      file.close();
      lock.release();
    },
  };
  return { log, append };
}

function stringifyMasked(event: RunEvent, mask: (text: string) => string): string {
  return plainJson(event, (_key, value) => (typeof value === 'string' ? mask(value) : value));
}

/**
 * One fdatasync at a time. Whoever asks while one is under way shares the next one, which begins after their lines were
 * written. A failed sync is final: the kernel may have dropped the pages, and a second try would say "done".
 */
function createSyncs(file: AppendFile, onFailure: (error: unknown) => void) {
  let isDirty = false;
  let running: Promise<void> | null = null;
  let queued: Promise<void> | null = null;

  async function run(): Promise<void> {
    isDirty = false;
    try {
      await file.sync();
    } catch (error) {
      onFailure(error);
      throw error;
    } finally {
      running = null;
    }
  }

  function start(): Promise<void> {
    running = run();
    return running;
  }

  return {
    touch() {
      isDirty = true;
    },
    sync(): Promise<void> {
      if (queued !== null) return queued;
      if (running === null) return isDirty ? start() : Promise.resolve();
      if (!isDirty) return running;
      queued = running.then(() => {
        queued = null;
        return start();
      });
      return queued;
    },
  };
}
