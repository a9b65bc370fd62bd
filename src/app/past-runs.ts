import { dropAbsent } from '../lib/drop-absent.ts';
import {
  type ListOptions,
  listRuns,
  type ReadRun,
  type RunSummary,
  readRun,
  type VerifiedRun,
  verifyRun,
} from '../runs/index.ts';
import type { World } from './world.ts';

export type KnownRun = RunSummary;

export function listKnownRuns(
  world: World,
  options: { limit: number; goal: string | undefined; outcome: string | undefined },
): Promise<RunSummary[]> {
  // An outcome that does not exist matches no run, which is the right answer.
  return listRuns(world.store, dropAbsent(options) as ListOptions);
}

export function showRun(world: World, id: string): Promise<ReadRun> {
  return readRun(world.store, id);
}

export function verifyKnownRun(world: World, id: string, head: string | undefined): Promise<VerifiedRun> {
  return verifyRun(world.store, id, dropAbsent({ head }));
}
