import {
  DEFAULT_GOAL,
  dueRuns,
  type IncidentWriter,
  openRuns,
  type RunRules,
} from '../../incidents/index.ts';
import type { Incident } from '../../protocol/incident.ts';
import type { Clock } from '../../protocol/machine.ts';
import type { SecondLook } from './second-look.ts';
import type { RunStarter } from './start-runs.ts';

/** From incidents to runs: begins what is due, notes what ended, tells a run what became of its incident. */
export interface Follower {
  turn(): Promise<void>;
  /** Nothing runs, and nothing is about to. */
  isIdle(): Promise<boolean>;
  /** From now on it begins nothing. */
  stop(): void;
}

export interface FollowerOptions {
  clock: Clock;
  writer: IncidentWriter;
  runs: RunStarter;
  /** As they are now: people take things in hand, and time passes. */
  rules(): Promise<RunRules>;
  /** null: what was sent is believed. */
  secondLook: SecondLook | null;
  /** Runs that may come one of the other. */
  chainDepth: number;
}

/** For what one of our own runs brought about one time too often: until it fires anew. */
const CHAIN_HELD_MS = 60 * 60_000;

export function followIncidents({ clock, writer, runs, ...options }: FollowerOptions): Follower {
  let isStopping = false;
  /** Looked at and left alone for now, so that what comes behind it is not kept waiting. */
  const held = new Map<string, number>();
  /** How much of it each run was told. */
  const told = new Map<string, number>();

  const nextDue = async () => {
    const now = clock.now();
    for (const [id, until] of held) if (until <= now) held.delete(id);
    return dueRuns(writer.book(), now, { ...(await options.rules()), held })[0];
  };

  async function isWanted(incident: Incident): Promise<Record<string, unknown> | null> {
    const looked = await options.secondLook?.before(incident, clock.now());
    if (looked === undefined) return {};
    await writer.append(looked.inputs);
    if (looked.againAt !== null) held.set(incident.id, looked.againAt);
    const still = writer.book().incidents.get(incident.id);
    const isDue = looked.againAt === null && still?.state === 'open' && still.foldedInto === null;
    return isDue ? looked.evidence : null;
  }

  async function begin(incident: Incident, goal: string): Promise<void> {
    const evidence = await isWanted(incident);
    if (evidence === null) return;
    const cause = await runs.findCause(incident);
    if (cause !== null && cause.depth >= options.chainDepth) {
      held.set(incident.id, clock.now() + CHAIN_HELD_MS);
      const text = `no run: run ${cause.run} changed it (${cause.command}), and that is ${cause.depth + 1} runs in a row`;
      await writer.append([{ at: clock.now(), type: 'incident.noted', incident: incident.id, text }]);
      return;
    }
    const run = crypto.randomUUID();
    // Known before it begins: killed here, the next serve finds that it never did, and begins it by the same id.
    await writer.append([{ at: clock.now(), type: 'run.planned', incident: incident.id, run, goal }]);
    await runs.start(incident, run, { book: writer.book(), goal, evidence, cause });
  }

  async function followRuns(): Promise<void> {
    for (const { incident, run } of openRuns(writer.book())) {
      const end = await runs.look(run);
      if (end === 'running') continue;
      if (end !== 'not-begun') {
        await writer.append([{ at: clock.now(), type: 'run.ended', incident, run, ...end }]);
        continue;
      }
      const one = writer.book().incidents.get(incident);
      if (one === undefined || isStopping) continue;
      const goal = one.runs.find((each) => each.run === run)?.goal ?? DEFAULT_GOAL;
      await runs.start(one, run, { book: writer.book(), goal, evidence: {}, cause: null });
    }
  }

  async function tellRuns(): Promise<void> {
    const open = openRuns(writer.book());
    for (const { incident, run } of open) {
      const lines = newsOf(writer.book().incidents.get(incident), run);
      if (lines.length === (told.get(run) ?? 0)) continue;
      told.set(run, lines.length);
      await runs.tell(run, lines);
    }
    for (const run of told.keys()) if (!open.some((each) => each.run === run)) told.delete(run);
  }

  return {
    async turn() {
      await followRuns();
      await tellRuns();
      for (let due = await nextDue(); due !== undefined && !isStopping; ) {
        const before = due.incident.id;
        await begin(due.incident, due.goal);
        due = await nextDue();
        if (due?.incident.id === before) break;
      }
    },
    async isIdle() {
      const book = writer.book();
      // As if all had settled: what is only young is about to begin.
      const rules = { ...(await options.rules()), settleMs: 0, againMs: 0, held };
      return openRuns(book).length === 0 && dueRuns(book, clock.now(), rules).length === 0;
    },
    stop() {
      isStopping = true;
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
