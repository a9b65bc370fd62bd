import {
  DEFAULT_GOAL,
  dueRuns,
  type IncidentWriter,
  openRuns,
  type RunRules,
} from '../../incidents/index.ts';
import { isRecord } from '../../lib/is-record.ts';
import type { Incident, IncidentInput } from '../../protocol/incident.ts';
import type { Clock } from '../../protocol/machine.ts';
import type { StateStore } from '../../protocol/store.ts';
import type { Spool } from '../../triggers/index.ts';
import type { SecondLook } from './second-look.ts';
import type { RunStarter } from './start-runs.ts';

export interface Worker {
  /** Something was put into the spool. */
  wake(): void;
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
  runs: RunStarter | null;
  /** As they are now: people take things in hand, and time passes. */
  rules(): Promise<RunRules>;
  /** null: what was sent is believed. */
  secondLook: SecondLook | null;
  /** Runs that may come one of the other. */
  chainDepth: number;
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
  const { clock, spool, writer, runs } = options;
  const awakeSince = clock.now();
  let wakeUp = new AbortController();
  let isStopping = false;
  let lastTurnAt = clock.now();

  /** Kept apart and not taken: whatever it is, it must not keep the rest from being worked on. */
  async function setAside(name: string, line: string): Promise<void> {
    options.log(`a line of ${name} in the spool cannot be read; it is kept in spool-unread/${name}`);
    await options.store.write(`spool-unread/${name}`, line);
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

  async function startDue(starter: RunStarter): Promise<void> {
    for (const { incident, goal } of dueRuns(writer.book(), clock.now(), await options.rules())) {
      const looked = await options.secondLook?.before(incident, clock.now());
      if (looked !== undefined) {
        await writer.append(looked.inputs);
        const still = writer.book().incidents.get(incident.id);
        if (!looked.begins || still?.state !== 'open' || still.foldedInto !== null) continue;
      }
      const cause = await starter.findCause(incident);
      if (cause !== null && cause.depth >= options.chainDepth) {
        const text = `no run: run ${cause.run} changed it (${cause.command}), and that is ${cause.depth + 1} runs in a row`;
        await writer.append([{ at: clock.now(), type: 'incident.noted', incident: incident.id, text }]);
        continue;
      }
      const run = crypto.randomUUID();
      // Known before it begins: killed here, the next serve finds that it never did, and begins it by the same id.
      await writer.append([{ at: clock.now(), type: 'run.planned', incident: incident.id, run, goal }]);
      const evidence = looked?.evidence ?? {};
      await starter.start(incident, run, { book: writer.book(), goal, evidence, cause });
    }
  }

  async function followRuns(starter: RunStarter): Promise<void> {
    for (const { incident, run } of openRuns(writer.book())) {
      const end = await starter.look(run);
      if (end === 'running') continue;
      if (end === 'not-begun') {
        const one = writer.book().incidents.get(incident);
        if (one !== undefined && !isStopping) {
          const goal = one.runs.find((each) => each.run === run)?.goal ?? DEFAULT_GOAL;
          await starter.start(one, run, { book: writer.book(), goal, evidence: {}, cause: null });
        }
        continue;
      }
      await writer.append([{ at: clock.now(), type: 'run.ended', incident, run, outcome: end.outcome }]);
    }
  }

  /** How much of it each run was told. */
  const told = new Map<string, number>();

  async function tellRuns(starter: RunStarter): Promise<void> {
    const open = openRuns(writer.book());
    for (const { incident, run } of open) {
      const lines = newsOf(writer.book().incidents.get(incident), run);
      if (lines.length === (told.get(run) ?? 0)) continue;
      told.set(run, lines.length);
      await starter.tell(run, lines);
    }
    for (const run of told.keys()) if (!open.some((each) => each.run === run)) told.delete(run);
  }

  async function turn(): Promise<void> {
    await drainSpool();
    await writer.append([{ at: clock.now(), type: 'time.passed', awakeSince }]);
    await writer.append((await options.secondLook?.sweep(writer.book(), clock.now())) ?? []);
    if (runs !== null) {
      await followRuns(runs);
      await tellRuns(runs);
      if (!isStopping) await startDue(runs);
    }
    lastTurnAt = clock.now();
    options.onTurn();
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
    lastTurnAt: () => lastTurnAt,
    async stop() {
      isStopping = true;
      wakeUp.abort();
      await looping;
      await runs?.stop();
      await turn();
    },
  };
}

/** What happened to it since the run began, but for the run itself. */
function newsOf(incident: Incident | undefined, run: string): string[] {
  const began = incident?.runs.find((each) => each.run === run)?.startedAt ?? Number.POSITIVE_INFINITY;
  return (incident?.timeline ?? [])
    .filter(({ at, text }) => at >= began && !text.includes(run))
    .map(({ at, text }) => `${new Date(at).toISOString()} ${text}`);
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
