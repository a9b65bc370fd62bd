import { OpsError } from '../../lib/ops-error.ts';
import type { Inventory } from '../../protocol/inventory.ts';
import {
  askNeighbours,
  FREE_KINDS,
  type FreeAnswer,
  findFree,
  type Neighbours,
  ScanProblem,
} from '../../state/index.ts';
import type { World } from '../world.ts';
import { loadInventory } from './inventory-files.ts';
import { demandKnown } from './known-state.ts';
import { createScanBench } from './scan-bench.ts';

const NOT_ASKED: Neighbours = { problem: 'it was not asked' };

/** The lowest guest number, address or port that nobody is known to have. OpsError `usage`, `settings`, `input`. */
export async function freeOf(
  world: World,
  kind: string | undefined,
  host: string | undefined,
): Promise<FreeAnswer> {
  const known = FREE_KINDS.find((each) => each === kind);
  if (known === undefined) {
    throw new OpsError('usage', 'usage', 'steward state free --kind vmid, ip or port');
  }
  const { state } = await demandKnown(world);
  const inventory = await loadInventory(world);
  const { ranges } = inventory;
  // A scan says what there was; an address may have come since, and is not found by waiting for the next.
  const neighbours = known === 'ip' && ranges.ip.length > 0 ? await lookAround(world, inventory) : NOT_ASKED;
  return findFree(known, state, { ranges, host: host ?? world.host.hostname, neighbours });
}

async function lookAround(world: World, inventory: Inventory): Promise<Neighbours> {
  const bench = await createScanBench(world, inventory);
  if (bench.find('ip') === undefined) return { problem: 'there is no ip here' };
  try {
    const ask = bench.askFor({ name: 'neighbours' }, new AbortController().signal);
    return { addresses: await askNeighbours(ask) };
  } catch (error) {
    if (error instanceof ScanProblem) return { problem: error.message };
    throw error;
  }
}
