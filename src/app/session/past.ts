import { openReadOnlyStore } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { LogLine, RunEvent } from '../../protocol/event.ts';
import type { StateStore } from '../../protocol/store.ts';
import { SYSTEM_STATE_FOLDER } from '../../protocol/system-view.ts';
import {
  describeRun,
  findRun,
  latestRun,
  listRuns,
  type RunSummary,
  readLinesBefore,
  readNewestLines,
  readSpending,
} from '../../runs/index.ts';
import type { RunOption } from '../client.ts';
import { maskEvent } from '../masking/mask-event.ts';
import { viewRuns } from '../system-view.ts';
import type { World } from '../world.ts';
import type { Session } from './session.ts';

/** Lines that a screen begins with; it asks for older ones when somebody scrolls there. */
const FIRST_LINES = 100;
/** A picker asks with every key; what is there changes more slowly. */
const LIST_MS = 2_000;
const MOST_VIEWED = 300;

export interface Past {
  runs(query: { text: string; limit: number }): Promise<RunOption[]>;
  open(wanted: string): Promise<void>;
  older(before: number, limit: number): Promise<LogLine[]>;
}

export interface PastOptions {
  systemFolder?: string;
  /** What the run that was opened has spent, when that is read. */
  restart(events: readonly RunEvent[]): void;
}

export function createPast(
  session: Session,
  { systemFolder = SYSTEM_STATE_FOLDER, restart }: PastOptions,
): Past {
  const { state, hub } = session;
  let listed: { at: number; runs: Promise<RunOption[]> } | null = null;

  async function listAll(): Promise<RunOption[]> {
    const world = await session.world();
    const now = world.clock.elapsed();
    if (listed === null || now - listed.at > LIST_MS) {
      const runs = listBoth(world, systemFolder);
      listed = { at: now, runs };
      runs.catch(() => {
        listed = null;
      });
    }
    return listed.runs;
  }

  return {
    async runs({ text, limit }) {
      const words = text.toLowerCase().split(/\s+/).filter(Boolean);
      const isWanted = ({ run, name, title }: RunOption): boolean => {
        const all = `${run} ${name ?? ''} ${title}`.toLowerCase();
        return words.every((word) => all.includes(word));
      };
      return (await listAll()).filter(isWanted).slice(0, limit);
    },
    async open(wanted) {
      if (state.isWorking) {
        throw new OpsError('busy', 'busy', 'a turn is at work', { hint: 'interrupt it first (Esc)' });
      }
      const world = await session.world();
      const run = await resolve(world, wanted);
      const summary = await demandOurs(world, run);
      const { lines, older } = await readNewestLines(world.store, run, FIRST_LINES);
      state.run = run;
      state.runName = summary.name;
      state.rules.clear();
      hub.tell({ kind: 'opened', run, name: summary.name, older });
      for (const { seq, time, event } of lines) {
        hub.tell({ kind: 'run', event: maskEvent(event, world.masker), time, seq });
      }
      session.changed();
      void readSpending(world.store, run).then((events) => {
        if (state.run === run) restart(events);
      }, session.trouble);
    },
    async older(before, limit) {
      const world = await session.world();
      if (state.run === null) return [];
      const lines = await readLinesBefore(world.store, state.run, before, limit);
      return lines.map((line) => ({ ...line, event: maskEvent(line.event, world.masker) }));
    },
  };
}

async function resolve(world: World, wanted: string): Promise<string> {
  if (wanted !== 'last') return findRun(world.store, wanted);
  const last = await latestRun(world.store, { cwd: world.cwd });
  if (last !== undefined) return last.run;
  throw new OpsError('no-run', 'input', `there is no run of ${world.cwd} to go on with`, {
    hint: 'steward runs list shows all runs',
  });
}

/** Before anything is shown that nobody could go on with. */
async function demandOurs(world: World, run: string): Promise<RunSummary> {
  const summary = await describeRun(world.store, run);
  if (summary === null) throw new OpsError('no-such-run', 'input', `there is no run ${run}`);
  if (summary.outcome === 'open') {
    throw new OpsError('run-busy', 'busy', `another process is working on run ${run}`, {
      hint: `wait for it, or end it with: steward stop ${run.slice(0, 8)}`,
    });
  }
  if (summary.cwd !== null && summary.cwd !== world.cwd) {
    throw new OpsError(
      'other-folder',
      'input',
      `this run works in ${summary.cwd}, and this is ${world.cwd}`,
      {
        hint: `its commands and paths mean another folder here: cd ${summary.cwd} first`,
      },
    );
  }
  return summary;
}

async function listBoth(world: World, systemFolder: string): Promise<RunOption[]> {
  const own = listOf(world.store, 'mine', world);
  const system = world.store.location === systemFolder ? null : openReadOnlyStore(systemFolder);
  const theirs =
    system === null ? await listViewed(world) : await listOf(system, 'system', world).catch(unreadable);
  const all = [...(await own), ...theirs];
  return all.sort((a, b) => b.at - a.at);
}

/** Not ours to read after all. */
function unreadable(error: unknown): RunOption[] {
  if (error instanceof OpsError) return [];
  throw error;
}

async function listOf(store: StateStore, owner: RunOption['owner'], world: World): Promise<RunOption[]> {
  return optionsOf(await listRuns(store), owner, world);
}

/** What the system's serve shows to whoever may not read its files; why it does not is told by `steward runs list`. */
async function listViewed(world: World): Promise<RunOption[]> {
  const { items } = await viewRuns(world, { limit: MOST_VIEWED, goal: undefined, outcome: undefined });
  return optionsOf(items, 'system', world);
}

function optionsOf(runs: readonly RunSummary[], owner: RunOption['owner'], world: World): RunOption[] {
  const options = runs.map(
    (one): RunOption => ({
      run: one.run,
      name: one.name,
      title: [one.goal, one.prompt].filter(Boolean).join(': ') || 'no prompt yet',
      at: one.openedAt,
      outcome: one.outcome,
      costUsd: one.costUsd,
      owner,
      isResumable: one.isResumable && owner === 'mine' && one.outcome !== 'open' && one.cwd === world.cwd,
    }),
  );
  return world.masker.maskValue(options) as RunOption[];
}
