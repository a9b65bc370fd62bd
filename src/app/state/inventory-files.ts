import { OpsError } from '../../lib/ops-error.ts';
import type { Inventory } from '../../protocol/inventory.ts';
import { NO_INVENTORY, readInventory } from '../../state/index.ts';
import { operatorPaths } from '../operator-paths.ts';
import type { World } from '../world.ts';

/** What operators declare; nothing where there is no such file. OpsError `settings` for one that is wrong. */
export async function loadInventory(world: World): Promise<Inventory> {
  const chosen = world.settings.state.inventory;
  let inventory = NO_INVENTORY;
  for (const path of operatorPaths(world, 'inventory.yaml', chosen)) {
    const text = await world.operatorFiles.readText(path);
    if (text !== undefined) inventory = await readInventory(path, text, inventory);
    else if (chosen != null) {
      throw new OpsError('no-inventory', 'settings', `state.inventory: there is no file ${chosen}`, {
        hint: 'write it, or take the setting away',
      });
    }
  }
  return inventory;
}
