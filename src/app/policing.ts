import { dirname } from 'node:path';
import {
  createPolicy,
  type Policy,
  parsePermissionRule,
  type World as Resolutions,
} from '../policy/index.ts';
import type { Action } from '../protocol/action.ts';
import type { PermissionMode } from '../protocol/effect.ts';
import type { Judgement } from '../protocol/verdict.ts';
import { shippedSpecs } from './shipped.ts';
import type { World } from './world.ts';

export interface Policing {
  policy: Policy;
  /** Policy with the machine's help: links and `..` are followed before it decides. */
  judge(action: Action): Promise<Judgement>;
}

export interface PolicingOptions {
  mode: PermissionMode;
  /** Rules of the command line; those of settings are added. */
  allowed: readonly string[];
  denied: readonly string[];
}

export async function createPolicing(world: World, options: PolicingOptions): Promise<Policing> {
  const { settings, files } = world;
  const { allow, ask, deny } = settings.permissions;
  const policy = createPolicy({
    specs: await shippedSpecs(),
    rules: {
      allow: [...allow, ...options.allowed].map(parsePermissionRule),
      ask: ask.map(parsePermissionRule),
      deny: [...deny, ...options.denied].map(parsePermissionRule),
    },
    mode: options.mode,
    home: world.home,
    cwd: world.cwd,
    stateLocation: world.store.location,
    declaredEndpoints: settings.endpoints.map(({ url }) => url),
  });
  return {
    policy,
    async judge(action) {
      const cwd = 'cwd' in action ? action.cwd : world.cwd;
      const wanted = policy.wantedPaths(action);
      const resolved = await Promise.all(
        wanted.map(async (path) => [path, await files.resolve(path, cwd)] as const),
      );
      const resolutions: Resolutions = { resolved: new Map(resolved) };
      if (action.kind !== 'write' && action.kind !== 'remove') return policy.judge(action, resolutions);
      const real = await files.resolve(action.path, cwd);
      // A file that is not there yet belongs where its folder is.
      const facts = (await files.facts(real)) ?? (await files.facts(dirname(real)));
      return policy.judge(action, { ...resolutions, isInGitWorkTree: () => facts?.isInGitWorkTree ?? false });
    },
  };
}
