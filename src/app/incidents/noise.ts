import { findNoise, type Noise } from '../../incidents/index.ts';
import type { Incident } from '../../protocol/incident.ts';
import { listRuns } from '../../runs/index.ts';
import type { World } from '../world.ts';
import { readBook } from './incidents.ts';

/** Noise with what its runs have cost. */
export interface CostedNoise extends Noise {
  /** Dollars; of the runs whose logs are still there. */
  costUsd: number;
}

export function countNoise(incidents: readonly Incident[]): number {
  return findNoise(incidents).length;
}

/** Alerts that people should think of silencing. Nothing is silenced. */
export async function listNoise(world: World): Promise<CostedNoise[]> {
  const noise = findNoise((await readBook(world)).incidents.values());
  if (noise.every(({ runs }) => runs.length === 0)) return noise.map((one) => ({ ...one, costUsd: 0 }));
  const costs = new Map((await listRuns(world.store)).map(({ run, costUsd }) => [run, costUsd ?? 0]));
  return noise.map((one) => ({
    ...one,
    costUsd: one.runs.reduce((sum, run) => sum + (costs.get(run) ?? 0), 0),
  }));
}
