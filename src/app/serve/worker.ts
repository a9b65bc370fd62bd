import type { IncidentWriter } from '../../incidents/index.ts';
import { isRecord } from '../../lib/is-record.ts';
import type { IncidentInput } from '../../protocol/incident.ts';
import type { Clock } from '../../protocol/machine.ts';
import type { StateStore } from '../../protocol/store.ts';
import type { Spool } from '../../triggers/index.ts';
import type { Follower } from './follow-incidents.ts';
import type { SecondLook } from './second-look.ts';
import { takeDropped } from './take-dropped.ts';

export interface Worker {
  /** Something was put into the spool. */
  wake(): void;
  /** Resolves after a turn that left nothing to do: nothing waits, nothing runs, nothing is about to. */
  idle(): Promise<void>;
  /** Until all that is in the spool is worked on, and every run that was begun has ended. */
  stop(): Promise<void>;
  lastTurnAt(): number;
}

export interface WorkerOptions {
  store: StateStore;
  clock: Clock;
  spool: Spool;
  writer: IncidentWriter;
  /** null with --no-runs. */
  follower: Follower | null;
  /** null: what was sent is believed. */
  secondLook: SecondLook | null;
  /** Ends what runs, in order. */
  endRuns(): Promise<void>;
  onTurn(): void;
  log(line: string): void;
}

/** Also other processes put into the spool, and time passes by itself. */
const TURN_MS = 1_000;
/** After a full disk and the like. */
const TROUBLE_MS = 5_000;
/** Worked on between two looks at who else wants something. */
const BATCH_LINES = 128;

/** From the spool to the incidents, and from these to runs. */
export function startWorker(options: WorkerOptions): Worker {
  const { clock, spool, writer, follower, store } = options;
  const awakeSince = clock.now();
  let wakeUp = new AbortController();
  let isStopping = false;
  let lastTurnAt = clock.now();
  let idleWaiters: (() => void)[] = [];

  /** Kept apart and not taken: whatever it is, it must not keep the rest from being worked on. */
  async function setAside(name: string, line: string): Promise<void> {
    options.log(`a line of ${name} in the spool cannot be read; it is kept in spool-unread/${name}`);
    await store.write(`spool-unread/${name}`, line);
  }

  async function readBatch(names: readonly string[]): Promise<{ taken: string[]; inputs: IncidentInput[] }> {
    const taken: string[] = [];
    const inputs: IncidentInput[] = [];
    for (const name of names) {
      for (const line of await spool.read(name)) {
        const input = parseInput(line);
        if (input === null) await setAside(name, line);
        else inputs.push(input);
      }
      taken.push(name);
      if (inputs.length >= BATCH_LINES) break;
    }
    return { taken, inputs };
  }

  async function drainSpool(): Promise<void> {
    await takeDropped({ store, spool, now: clock.now(), log: options.log });
    // Killed between the append and the removal, they are in the journal already.
    const done = new Set(writer.lastBatches());
    let names = await spool.waiting();
    for (const name of names.filter((each) => done.has(each))) await spool.remove(name);
    names = names.filter((each) => !done.has(each));
    while (names.length > 0) {
      const { taken, inputs } = await readBatch(names);
      await writer.append(inputs, taken);
      for (const name of taken) await spool.remove(name);
      names = names.slice(taken.length);
      lastTurnAt = clock.now();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function turn(): Promise<void> {
    await drainSpool();
    await writer.append([{ at: clock.now(), type: 'time.passed', awakeSince }]);
    await writer.append((await options.secondLook?.sweep(writer.book(), clock.now())) ?? []);
    await follower?.turn();
    lastTurnAt = clock.now();
    options.onTurn();
    if (idleWaiters.length === 0 || (await spool.waiting()).length > 0) return;
    if (follower !== null && !(await follower.isIdle())) return;
    for (const done of idleWaiters) done();
    idleWaiters = [];
  }

  async function loop(): Promise<void> {
    while (!isStopping) {
      wakeUp = new AbortController();
      const { signal } = wakeUp;
      let waitMs = TURN_MS;
      try {
        await turn();
      } catch (error) {
        options.log(
          `cannot go on, and tries again: ${error instanceof Error ? error.message : String(error)}`,
        );
        waitMs = TROUBLE_MS;
      }
      if (!isStopping) await clock.sleep(waitMs, waitMs === TURN_MS ? signal : undefined);
    }
  }

  const looping = loop();
  return {
    wake: () => wakeUp.abort(),
    idle: () => new Promise((resolve) => idleWaiters.push(resolve)),
    lastTurnAt: () => lastTurnAt,
    async stop() {
      isStopping = true;
      follower?.stop();
      wakeUp.abort();
      await looping;
      await options.endRuns();
      await turn();
    },
  };
}

function parseInput(line: string): IncidentInput | null {
  try {
    const value: unknown = JSON.parse(line);
    const isOurs = isRecord(value) && typeof value.at === 'number' && typeof value.type === 'string';
    return isOurs ? (value as unknown as IncidentInput) : null;
  } catch {
    return null;
  }
}
