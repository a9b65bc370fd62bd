import { buildGraph, NO_DEPENDENCIES, readDependencies } from '../../graph/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Dependencies, Graph } from '../../protocol/graph.ts';
import { operatorPaths } from '../operator-paths.ts';
import { loadInventory } from '../state/inventory-files.ts';
import { readKnown } from '../state/known-state.ts';
import type { World } from '../world.ts';

/** What operators declare and what was last seen, as one. OpsError `settings`, with file and line, for what is wrong. */
export async function loadGraph(world: World): Promise<Graph> {
  const [declared, inventory, { state }] = await Promise.all([
    loadDependencies(world),
    loadInventory(world),
    readKnown(world),
  ]);
  const names = [...inventory.hosts, ...inventory.guests, ...inventory.endpoints].map(({ name }) => name);
  return buildGraph(
    declared,
    { services: inventory.services, names: [...names, world.host.hostname] },
    state,
  );
}

async function loadDependencies(world: World): Promise<Dependencies> {
  const chosen = world.settings.graph.dependencies;
  let declared = NO_DEPENDENCIES;
  for (const path of operatorPaths(world, 'dependencies.yaml', chosen)) {
    const text = await world.operatorFiles.readText(path);
    if (text !== undefined) declared = await readDependencies(path, text, declared);
    else if (chosen != null) {
      throw new OpsError('no-dependencies', 'settings', `graph.dependencies: there is no file ${chosen}`, {
        hint: 'write it, or take the setting away',
      });
    }
  }
  return declared;
}
