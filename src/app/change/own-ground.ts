import { dirname, join } from 'node:path';
import { configFolder } from '../../config/index.ts';
import { readOwnGround } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { OwnGround } from '../../protocol/own-ground.ts';
import { chooseTarget } from '../run/choose-target.ts';
import type { World } from '../world.ts';

/** What this process stands on, here and now. */
export function ownGroundOf(world: World): OwnGround {
  const program = process.argv[1];
  const folders = [
    world.store.location,
    configFolder(world.env, world.home),
    '/etc/steward',
    ...(program === undefined ? [] : [join(dirname(program), '..')]),
  ].filter((folder) => folder.startsWith('/') && folder !== '/');
  return { ...readOwnGround(folders), isModelHere: isModelHere(world) };
}

function isModelHere(world: World): boolean {
  try {
    const trigger = { kind: 'manual' as const, payload: null, parent: null };
    const { primary } = chooseTarget(world, { model: null, fallbackModels: [], trigger }, null);
    return primary.vendor !== 'none' && isLoopback(primary.endpoint, world.host.hostname);
  } catch (error) {
    // A model that cannot be chosen is nothing that this run depends on.
    if (error instanceof OpsError) return false;
    throw error;
  }
}

function isLoopback(url: string | null | undefined, hostname: string): boolean {
  if (url == null || !URL.canParse(url)) return false;
  const { hostname: host } = new URL(url);
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.') || host === hostname;
}
