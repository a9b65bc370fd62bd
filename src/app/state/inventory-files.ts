import { configFolder } from '../../config/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Inventory } from '../../protocol/inventory.ts';
import { NO_INVENTORY, readInventory } from '../../state/index.ts';
import type { World } from '../world.ts';

/** A project has none: what it declares would be asked unasked. */
export function operatorPaths(
  { env, home }: World,
  name: string,
  chosen: string | null | undefined,
): string[] {
  return chosen == null ? [`/etc/steward/${name}`, `${configFolder(env, home)}/${name}`] : [chosen];
}

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
