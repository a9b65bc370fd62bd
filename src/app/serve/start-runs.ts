import { type OwnRun, startSelf } from '../../host/index.ts';
import { DEFAULT_GOAL } from '../../incidents/index.ts';
import type { Incident, IncidentBook } from '../../protocol/incident.ts';
import { describeRun } from '../../runs/index.ts';
import { LINEAGE_VARIABLES } from '../run/lineage.ts';
import { newsName } from '../run/news.ts';
import type { World } from '../world.ts';
import { type Cause, findCause } from './find-cause.ts';
import type { Metrics } from './metrics.ts';
import { runEnvironment } from './run-environment.ts';

export interface RunStarter {
  /** One run of the goal, by this id, in a process of its own. */
  start(incident: Incident, run: string, about: Start): Promise<void>;
  /** The run of ours that may have brought it about. Looked for once each time that it begins to fire. */
  findCause(incident: Incident): Promise<Cause | null>;
  /** What became of its incident since it began. */
  tell(run: string, lines: readonly string[]): Promise<void>;
  look(run: string): Promise<'running' | 'not-begun' | { outcome: string; resumeAt?: number }>;
  /** Ends those that are on, in order. */
  stop(): Promise<void>;
}

/** `evidence`: what was looked at right before, for the model, as data. */
export interface Start {
  book: IncidentBook;
  goal: string;
  evidence: Record<string, unknown>;
  cause: Cause | null;
}

const MOST_CAUSES = 200;
const MOST_MEMBERS = 50;
const MOST_FOLDED = 50;

export function createRunStarter(
  world: World,
  { metrics, onEnd, options }: { metrics: Metrics; onEnd: () => void; options: readonly string[] },
): RunStarter {
  const { store } = world;
  const on = new Map<string, OwnRun>();
  /** Those that ended without having opened a log: to begin them again would end so again. */
  const failed = new Map<string, string>();
  const causes = new Map<string, Promise<Cause | null>>();

  return {
    async start(incident, run, { book, goal, evidence, cause }) {
      if (on.has(run)) return;
      const name = `incidents/trigger-${run}.json`;
      await store.write(
        name,
        JSON.stringify({
          ...payloadOf(incident, book),
          ...evidence,
          ...(cause === null ? {} : { caused_by: cause }),
        }),
      );
      const path = store.pathOf(name) ?? '';
      const args = [
        'run',
        goal,
        '--session-id',
        run,
        '--trigger-file',
        path,
        ...(goal === DEFAULT_GOAL ? parametersOf(incident) : []),
        ...options,
      ];
      const child = startSelf(
        [...args, '--output-format', 'json'],
        { ...runEnvironment(world), ...lineageOf(incident, cause) },
        world.cwd,
      );
      on.set(run, child);
      metrics.countRun('started');
      void child.ended.then(async (code) => {
        try {
          if ((await describeRun(store, run)) === null)
            failed.set(run, `failed (exit ${code ?? 'by a signal'})`);
          await store.remove(name);
          await store.remove(newsName(run));
        } catch {
          // A state folder in trouble is the worker's own trouble, and told there.
        } finally {
          on.delete(run);
          metrics.countRun('ended');
          onEnd();
        }
      });
    },
    async findCause(incident) {
      const key = `${incident.id} ${incident.stateSince}`;
      const known = causes.get(key) ?? findCause(store, incident);
      if (causes.size >= MOST_CAUSES) causes.clear();
      causes.set(key, known);
      return known;
    },
    tell: (run, lines) => store.write(newsName(run), JSON.stringify(lines)),
    async look(run) {
      if (on.has(run)) return 'running';
      const summary = await describeRun(store, run);
      if (summary === null) {
        const outcome = failed.get(run);
        return outcome === undefined ? 'not-begun' : { outcome };
      }
      // `open`: a process that outlived an earlier serve works on it.
      if (summary.outcome === 'open') return 'running';
      const { outcome, resumeAt } = summary;
      return resumeAt === null ? { outcome } : { outcome, resumeAt };
    },
    async stop() {
      for (const child of on.values()) child.terminate();
      await Promise.all([...on.values()].map(({ ended }) => ended));
      while (on.size > 0) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function lineageOf({ intake, source }: Incident, cause: Cause | null): Record<string, string> {
  const by = { [LINEAGE_VARIABLES.by]: `${intake} ${source}` };
  if (cause === null) return by;
  return { ...by, [LINEAGE_VARIABLES.parent]: cause.run, [LINEAGE_VARIABLES.depth]: String(cause.depth) };
}

/** For the model, inside a fence: all of it comes from outside. */
function payloadOf(incident: Incident, { incidents }: IncidentBook): Record<string, unknown> {
  const { members, hosts, id, source, groupKey, title, severity, runs, missing } = incident;
  const folded = [...incidents.values()].filter(({ foldedInto }) => foldedInto === id);
  const told = members
    .slice(0, MOST_MEMBERS)
    .map(({ fingerprint, status, startsAt, endsAt, labels, annotations }) => ({
      ...{ fingerprint, status, startsAt, endsAt, labels, annotations },
    }));
  const common = {
    incident: id,
    source,
    group_key: groupKey,
    title,
    severity,
    hosts,
    left_out: missing + Math.max(0, members.length - MOST_MEMBERS),
    earlier_runs: runs.map(({ run, outcome }) => ({ run, outcome })).slice(-10),
    folded: folded
      .slice(0, MOST_FOLDED)
      .map((one) => ({ incident: one.id, title: one.title, hosts: one.hosts })),
    folded_in_all: folded.length,
  };
  const unit = members[0]?.labels.unit;
  return incident.intake === 'unit' && unit !== undefined
    ? { unit, host: source, failures: told, ...common }
    : { alerts: told, ...common };
}

/** Names as parameters of the goal, where they look like names; the payload has them in any case. */
function parametersOf(incident: Incident): string[] {
  const isUnit = incident.intake === 'unit';
  const value = isUnit ? (incident.members[0]?.labels.unit ?? '') : incident.title;
  if (!/^[\w.:@\\-]{1,120}$/.test(value)) return [];
  return ['--set', `${isUnit ? 'unit' : 'alert'}=${value}`];
}
