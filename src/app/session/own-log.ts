import { randomUUID } from 'node:crypto';
import { OpsError } from '../../lib/ops-error.ts';
import type { EventSink, LogLine, RunEvent } from '../../protocol/event.ts';
import { NO_USAGE } from '../../protocol/model.ts';
import { ending } from '../../protocol/outcome.ts';
import { countOwnCommands, createRunLog, openForAppend, openRunLog, type RunLog } from '../../runs/index.ts';
import { createPolicing } from '../policy/policing.ts';
import { autonomyOf } from '../run/open-run.ts';
import { createRecorder, type Recorder } from '../run/recorder.ts';
import type { World } from '../world.ts';
import type { Session } from './session.ts';

/** The log of this session's run between its turns: what the operator does to the run is written there too. */
export interface OwnLog {
  /**
   * Appends, tells the screen; on disk when it resolves. Into the log of the turn that works, else into the closed one.
   * Where there is no run yet, one is made.
   */
  record(...events: RunEvent[]): Promise<void>;
  /** With the log open, in the place of a turn (`Turns.alone`). OpsError `input` when there is no run yet. */
  withLog<T>(use: (open: OpenLog) => Promise<T>): Promise<T>;
  /** `O3`, unique in the run. */
  nextOwn(): Promise<string>;
  /** The turn that works now writes here; null when it has ended. */
  setLive(sink: EventSink | null): void;
}

export interface OpenLog {
  world: World;
  run: string;
  /** What is in the log so far. */
  lines: readonly LogLine[];
  recorder: Recorder;
}

/** Another opening of the same log takes as long as reading it. */
const RETRIES = 100;
const RETRY_MS = 100;

export function createOwnLog(session: Session): OwnLog {
  const { hub, state } = session;
  let live: EventSink | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let own: { run: string; number: number } | null = null;

  /** One at a time: the log has one writer. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  }

  function attach(world: World, log: RunLog, earlier: readonly LogLine[]): Recorder {
    const recorder = createRecorder(world.masker, world.clock, {
      onEvent: (event, time, seq) => hub.tell({ kind: 'run', event, time, seq }),
      onDelta() {},
    });
    recorder.recall(earlier.map(({ event }) => event));
    recorder.attach(log);
    return recorder;
  }

  async function open<T>(
    world: World,
    run: string,
    isWaiting: () => boolean,
    openLog: (options: Parameters<typeof openRunLog>[0]) => Promise<T>,
  ): Promise<T> {
    const options = { store: world.store, run, clock: world.clock, mask: (text: string) => text };
    for (let tries = 0; ; tries += 1) {
      try {
        return await openLog(options);
      } catch (error) {
        const isBusy = error instanceof OpsError && error.code === 'run-busy';
        if (!isBusy || tries >= RETRIES || !isWaiting()) throw error;
        await world.clock.sleep(RETRY_MS);
      }
    }
  }

  async function appendLive(events: readonly RunEvent[]): Promise<boolean> {
    if (live === null) return false;
    for (const event of events) live.record(event);
    await live.sync();
    return true;
  }

  async function append(events: readonly RunEvent[]): Promise<void> {
    if (await appendLive(events)) return;
    const world = await session.world();
    if (state.run === null) {
      const { log, recorder } = await begin(world);
      try {
        for (const event of events) recorder.record(event);
        await recorder.sync();
      } finally {
        log.close();
      }
      return;
    }
    let log: RunLog;
    try {
      // A turn that begins meanwhile has the log, and takes the events.
      log = await open(world, state.run, () => live === null, openShort);
    } catch (error) {
      if (await appendLive(events)) return;
      throw error;
    }
    try {
      const recorder = attach(world, log, []);
      for (const event of events) recorder.record(event);
      await recorder.sync();
    } finally {
      log.close();
    }
  }

  /** A run of which the operator was first to do something. It has ended as soon as it is there; a prompt goes on with it. */
  async function begin(world: World): Promise<{ log: RunLog; recorder: Recorder }> {
    const run = randomUUID();
    const log = await createRunLog({ store: world.store, run, clock: world.clock, mask: (text) => text });
    const recorder = attach(world, log, []);
    const { options } = session;
    const rules = { mode: state.mode, allowed: options.allowed, denied: options.denied, isAttended: true };
    const { policy } = await createPolicing(world, rules);
    recorder.record({
      type: 'run.opened',
      run,
      steward: world.version,
      goal: null,
      prompt: null,
      trigger: { kind: 'manual', payload: null, parent: null },
      host: world.host,
      cwd: world.cwd,
      model: null,
      tools: ['Bash', 'Read', 'Edit', 'Write', 'Search'],
      ...(options.denied.length === 0 ? {} : { denied: options.denied }),
      mode: state.mode,
      autonomy: autonomyOf(world, null),
      policyDigest: policy.digest,
      isolation: world.isolation.expected,
    });
    // Nothing has happened that a screen should tell of.
    log.record({
      type: 'run.closed',
      outcome: ending('reported').outcome,
      reason: 'reported',
      message: null,
      result: null,
      resumeAt: null,
      turns: 0,
      usage: NO_USAGE,
      costUsd: 0,
      durationMs: 0,
    });
    state.run = run;
    session.changed();
    return { log, recorder };
  }

  return {
    record: (...events) => inTurn(() => append(events)),
    withLog: (use) =>
      inTurn(async () => {
        const { run } = state;
        if (run === null) throw new OpsError('no-run', 'input', 'nothing has been asked in this session yet');
        const world = await session.world();
        const { log, lines } = await open(world, run, () => true, openRunLog);
        try {
          const done = await use({ world, run, lines, recorder: attach(world, log, lines) });
          await log.sync();
          return done;
        } finally {
          log.close();
        }
      }),
    nextOwn: () =>
      inTurn(async () => {
        const world = await session.world();
        const { run } = state;
        if (run === null) {
          // Of the run that is about to be made.
          return 'O1';
        }
        if (own?.run !== run) {
          own = { run, number: await countOwnCommands(world.store, run) };
        }
        own.number += 1;
        return `O${own.number}`;
      }),
    setLive(sink) {
      live = sink;
    },
  };
}

/** A line more needs no reading of all others, unless the end of the log has to be repaired. */
async function openShort(options: Parameters<typeof openRunLog>[0]): Promise<RunLog> {
  return (await openForAppend(options)) ?? (await openRunLog(options)).log;
}
