import { configFolder } from '../../config/index.ts';
import { isOnlyOurs, isThere } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Environment } from '../masking/known-secrets.ts';
import { openWorld, type World } from '../world.ts';
import { readSealKey, sealStore } from './sealed-store.ts';

/** What the executor takes from its unit; nothing of it comes from whoever connects. */
const KEPT = ['STATE_DIRECTORY', 'CREDENTIALS_DIRECTORY', 'INVOCATION_ID', 'JOURNAL_STREAM', 'LANG', 'TZ'];

const SYSTEM_SETTINGS = '/etc/steward/steward.yaml';
const SYSTEM_PROBES = '/etc/steward/context';

/**
 * The executor's own world: /etc/steward and nothing else, a state folder of its own, and records that are sealed. OpsError
 * `settings` where somebody else than root could have written what it is told.
 */
export async function openExecutorWorld(env: Environment, warn: (text: string) => void): Promise<World> {
  const folder = env.STATE_DIRECTORY?.split(':')[0];
  if (folder === undefined || !folder.startsWith('/')) {
    throw new OpsError('no-state', 'usage', 'the executor has no state folder', {
      hint: 'it is started by steward-executor.socket, whose unit has StateDirectory=steward-executor',
    });
  }
  checkOwner(SYSTEM_SETTINGS);
  const kept = Object.fromEntries(
    KEPT.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
  const world = await openWorld({
    // A home in which no settings are, and in which only we could put any.
    env: { ...kept, HOME: folder },
    cwd: '/',
    settings: null,
    flagValues: {},
    flagNames: {},
    isPersistent: true,
    isSystemOnly: true,
  });
  for (const path of await probeFiles(world)) checkOwner(path);
  if (world.store.kind !== 'disk') {
    throw new OpsError('no-state', 'settings', `the executor can keep nothing: ${world.store.location}`);
  }
  const key = await readSealKey(world.store);
  const store = sealStore(world.store, key, (name) =>
    warn(`${name} was not sealed by this executor, or was altered since: it does not count`),
  );
  return { ...world, store, settings: { ...world.settings, executor: 'never' } };
}

async function probeFiles({ operatorFiles, settings, env, home }: World): Promise<string[]> {
  const folders = [SYSTEM_PROBES, `${configFolder(env, home)}/context`, ...settings.probes.dirs];
  const lists = await Promise.all(
    folders.map(async (folder) => (await operatorFiles.list(folder)).map((name) => `${folder}/${name}`)),
  );
  return lists.flat().filter((path) => path.endsWith('.yaml'));
}

function checkOwner(path: string): void {
  if (isOnlyOurs(path) || !isThere(path)) return;
  throw new OpsError('not-roots', 'settings', `${path} could have been written by somebody else than root`, {
    hint: `chown root: ${path}; chmod go-w ${path}; and the same for the folders it is in`,
  });
}
