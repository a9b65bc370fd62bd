import { operatorPaths } from '../operator-paths.ts';
import type { World } from '../world.ts';

/** Is there anything that a graph could be made of? Without it none of this is loaded. */
export function hasDependencies(world: World): boolean {
  const { exists } = world.operatorFiles;
  const files = [
    ...operatorPaths(world, 'dependencies.yaml', world.settings.graph.dependencies),
    ...operatorPaths(world, 'inventory.yaml', world.settings.state.inventory),
  ];
  return files.some((path) => exists(path));
}
