import { configFolder } from '../../config/index.ts';
import type { ProcessesOptions } from '../../host/index.ts';
import type { Policy } from '../../policy/index.ts';
import type { World } from '../world.ts';

/** What every command of this world is kept from, as far as it is confined. */
export function confinementOf(world: World, policy: Policy): NonNullable<ProcessesOptions['confinement']> {
  const { env, home, store, isolation } = world;
  const credentials = env.CREDENTIALS_DIRECTORY;
  return {
    isolation,
    isSecretPath: policy.isSecretPath,
    get secretFolders() {
      const given = credentials?.startsWith('/') === true ? [{ path: credentials, depth: 0 }] : [];
      return [...policy.secretFolders, ...given];
    },
    guarded: [configFolder(env, home), '/etc/steward', ...(store.kind === 'disk' ? [store.location] : [])],
  };
}
