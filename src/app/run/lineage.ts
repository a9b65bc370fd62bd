import { OpsError } from '../../lib/ops-error.ts';
import type { Trigger } from '../../protocol/trigger.ts';
import { listRuns } from '../../runs/index.ts';
import type { World } from '../world.ts';

/**
 * Who or what started a run, through how many other runs. A command of a run knows that run by its environment; serve
 * names the run that changed what an alarm is about.
 */
export const LINEAGE_VARIABLES = {
  parent: 'STEWARD_PARENT',
  depth: 'STEWARD_DEPTH',
  by: 'STEWARD_BY',
} as const;

export function withLineage(trigger: Trigger, { env, host }: Pick<World, 'env' | 'host'>): Trigger {
  const parent = trigger.parent ?? env[LINEAGE_VARIABLES.parent] ?? env.STEWARD_RUN ?? null;
  const above = Number(env[LINEAGE_VARIABLES.depth] ?? 0);
  const depth = parent === null ? 0 : (Number.isSafeInteger(above) && above >= 0 ? above : 0) + 1;
  const slot = env.STEWARD_SLOT === undefined ? null : `slot ${env.STEWARD_SLOT}`;
  const by =
    env[LINEAGE_VARIABLES.by] ?? slot ?? (trigger.kind === 'manual' ? (env.SUDO_USER ?? host.user) : null);
  return { ...trigger, parent, depth, by: by?.slice(0, 200) ?? null };
}

/** For the commands of a run: what they start comes from it. */
export function lineageEnvironment(run: string, trigger: Trigger): Record<string, string> {
  return { STEWARD_RUN: run, [LINEAGE_VARIABLES.depth]: String(trigger.depth ?? 0) };
}

const HOUR_MS = 60 * 60_000;
/** Read from the newest on; more runs than these in an hour are too many in any case. */
const MOST_RUNS = 200;

/** Runs that wake runs come to an end: OpsError `usage` for one that is too deep, `busy` for one too many in an hour. */
export async function refuseLongChain(world: World, { parent, depth = 0 }: Trigger): Promise<void> {
  if (parent === null) return;
  const { depth: deepest, runs_per_hour: perHour } = world.settings.chain;
  if (depth > deepest) {
    throw new OpsError(
      'chain-too-deep',
      'usage',
      `run ${parent} started this one, and ${depth} runs in a row are more than \`chain.depth: ${deepest}\``,
      { hint: 'start it yourself, outside of a run' },
    );
  }
  const since = world.clock.now() - HOUR_MS;
  const runs = await listRuns(world.store, { limit: MOST_RUNS });
  const begun = runs.filter((one) => one.parent !== null && one.openedAt >= since).length;
  if (begun < perHour) return;
  throw new OpsError(
    'chain-too-fast',
    'busy',
    `runs have started ${begun} others in the last hour, which is all that \`chain.runs_per_hour\` allows`,
    { hint: 'start it yourself, outside of a run' },
  );
}
