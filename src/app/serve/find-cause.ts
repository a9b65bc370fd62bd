import type { Incident } from '../../protocol/incident.ts';
import type { StateStore } from '../../protocol/store.ts';
import { listRuns, readRun } from '../../runs/index.ts';

/** A run of ours that changed what an incident is about, right before it began to fire. */
export interface Cause {
  run: string;
  depth: number;
  /** What it did. Masked, as the log has it. */
  command: string;
  at: string;
}

/** What a change breaks mostly shows within this time. */
const BEFORE_MS = 15 * 60_000;
const MOST_RUNS = 20;

export async function findCause(
  store: StateStore,
  { targets, hosts, stateSince }: Incident,
): Promise<Cause | null> {
  const units = targets.flatMap((target) => /^unit:(.+)@[^@]*$/.exec(target)?.[1] ?? []);
  const names = [...units, ...units.map((unit) => unit.replace(/\.service$/, '')), ...hosts];
  if (names.length === 0) return null;
  const runs = await listRuns(store, { limit: MOST_RUNS });
  for (const summary of runs) {
    const endedAt = summary.openedAt + (summary.durationMs ?? Number.POSITIVE_INFINITY);
    if (summary.openedAt > stateSince || endedAt < stateSince - BEFORE_MS) continue;
    const { lines } = await readRun(store, summary.run);
    for (const { event, time } of lines.reverse()) {
      if (event.type !== 'step.decided' || event.effect === 'observe' || event.decision !== 'allow') continue;
      const at = Date.parse(time);
      const isNear = at <= stateSince && at >= stateSince - BEFORE_MS;
      if (!isNear || !isAbout(event, names)) continue;
      return { run: summary.run, depth: summary.depth, command: event.command, at: time };
    }
  }
  return null;
}

function isAbout(
  { target, command }: { target: { name: string }; command: string },
  names: readonly string[],
): boolean {
  return names.includes(target.name) || command.split(/[\s'"=]+/).some((word) => names.includes(word));
}
