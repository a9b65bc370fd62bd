import { createApprovals } from '../../approvals/index.ts';
import { countRefusals, listRuns, localDay, localMonth, type RunSummary } from '../../runs/index.ts';
import type { World } from '../world.ts';

/** What the state folder says of runs, whoever began them: for `/metrics`. */
export interface Standing {
  /** Milliseconds since the epoch. A success is a run that came to an answer, also to a bad one. */
  goals: { goal: string; lastRunAt: number; lastSuccessAt: number | null }[];
  usdToday: number;
  usdMonth: number;
  /** Changes that wait for somebody. */
  parked: number;
  /** Steps that were refused, in all runs whose logs are kept. */
  denials: number;
}

export interface StandingReader {
  now(): Standing;
  /** Reads anew when it is time; never rejects. */
  refresh(): Promise<void>;
}

const EVERY_MS = 30_000;
/** Logs that are read through in one go; the rest the next time. */
const LOGS_AT_ONCE = 20;
const ANSWERED = ['healthy', 'fixed', 'reported', 'needs-approval', 'escalated'];

export function createStandingReader(world: World, log: (line: string) => void): StandingReader {
  const { store, clock } = world;
  const refusals = new Map<string, number>();
  let standing: Standing = { goals: [], usdToday: 0, usdMonth: 0, parked: 0, denials: 0 };
  let readAt = Number.NEGATIVE_INFINITY;

  async function countDenials(runs: readonly RunSummary[]): Promise<number> {
    const closed = runs.filter(({ outcome }) => outcome !== 'open');
    const kept = new Set(closed.map(({ run }) => run));
    for (const run of refusals.keys()) if (!kept.has(run)) refusals.delete(run);
    for (const { run } of closed.filter((one) => !refusals.has(one.run)).slice(0, LOGS_AT_ONCE)) {
      refusals.set(run, await countRefusals(store, run));
    }
    return sum([...refusals.values()]);
  }

  return {
    now: () => standing,
    async refresh() {
      if (clock.elapsed() - readAt < EVERY_MS) return;
      readAt = clock.elapsed();
      try {
        const runs = await listRuns(store);
        const approvals = await createApprovals({ store, clock }).list();
        const spentSince = (of: (at: number) => string): number =>
          sum(
            runs
              .filter(({ openedAt }) => of(openedAt) === of(clock.now()))
              .map(({ costUsd }) => costUsd ?? 0),
          );
        standing = {
          goals: goalsOf(runs),
          usdToday: spentSince(localDay),
          usdMonth: spentSince(localMonth),
          parked: approvals.filter(({ state }) => state === 'pending').length,
          denials: await countDenials(runs),
        };
      } catch (error) {
        // What was read last stands.
        log(`cannot count runs for /metrics: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

function goalsOf(runs: readonly RunSummary[]): Standing['goals'] {
  const byGoal = Map.groupBy(
    runs.filter(({ goal }) => goal !== null),
    ({ goal }) => goal ?? '',
  );
  return [...byGoal]
    .map(([goal, all]) => ({
      goal,
      lastRunAt: Math.max(...all.map(({ openedAt }) => openedAt)),
      lastSuccessAt: latest(all.filter(({ outcome }) => ANSWERED.includes(outcome))),
    }))
    .sort((a, b) => (a.goal < b.goal ? -1 : 1));
}

function latest(runs: readonly RunSummary[]): number | null {
  return runs.length === 0
    ? null
    : Math.max(...runs.map(({ openedAt, durationMs }) => openedAt + (durationMs ?? 0)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
