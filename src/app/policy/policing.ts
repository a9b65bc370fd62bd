import { dirname } from 'node:path';
import { createSecretLinkFinder, programOfRepository } from '../../host/index.ts';
import {
  createPolicy,
  type Explanation,
  type Policy,
  parsePermissionRule,
  type World as Resolutions,
} from '../../policy/index.ts';
import type { Action } from '../../protocol/action.ts';
import type { PermissionMode } from '../../protocol/effect.ts';
import type { Judgement } from '../../protocol/verdict.ts';
import { probeAddresses } from '../looking/probes.ts';
import { shippedSpecs } from '../shipped.ts';
import type { World } from '../world.ts';

export interface Policing {
  policy: Policy;
  /** Policy with the machine's help: links and `..` are followed before it decides. */
  judge(action: Action): Promise<Judgement>;
  /** The same for a line, with everything that was looked at. */
  explain(line: string, cwd: string): Promise<Explanation>;
}

export interface PolicingOptions {
  mode: PermissionMode;
  /** Rules of the command line; those of settings are added. */
  allowed: readonly string[];
  denied: readonly string[];
  /** A person is there; absent: nobody is. Decides which of the rules that are only for one of both are valid. */
  isAttended?: boolean;
}

export async function createPolicing(world: World, options: PolicingOptions): Promise<Policing> {
  const { settings, files } = world;
  const { permissions, permissions_headless, permissions_interactive } = settings;
  const here = options.isAttended === true ? permissions_interactive : permissions_headless;
  const rules = (kind: 'allow' | 'ask' | 'deny', more: readonly string[]) =>
    [...permissions[kind], ...here[kind], ...more].map(parsePermissionRule);
  const policy = createPolicy({
    specs: await shippedSpecs(),
    rules: {
      allow: rules('allow', options.allowed),
      ask: rules('ask', []),
      deny: rules('deny', options.denied),
    },
    mode: options.mode,
    home: world.home,
    cwd: world.cwd,
    stateLocation: world.store.location,
    declaredEndpoints: [...settings.endpoints.map(({ url }) => url), ...(await probeAddresses(world))],
    environment: settings.environment,
    remoteHosts: settings.ssh.hosts,
  });
  const resolutionsOf = async (action: Action): Promise<Resolutions> => {
    const cwd = 'cwd' in action ? action.cwd : world.cwd;
    const wanted = policy.wantedPaths(action);
    const secretNameOf = createSecretLinkFinder(policy, world.cwd);
    const resolved = await Promise.all(
      wanted.map(async (path) => {
        const real = await files.resolve(path, cwd);
        return [path, secretNameOf(real) ?? real] as const;
      }),
    );
    return { resolved: new Map(resolved), programOfRepository };
  };
  return {
    policy,
    async explain(line, cwd) {
      return policy.explain(line, cwd, await resolutionsOf(policy.toAction(line, cwd)));
    },
    async judge(action) {
      const resolutions = await resolutionsOf(action);
      if (action.kind !== 'write' && action.kind !== 'remove') return policy.judge(action, resolutions);
      const real = await files.resolve(action.path, world.cwd);
      // A file that is not there yet belongs where its folder is.
      const facts = (await files.facts(real)) ?? (await files.facts(dirname(real)));
      return policy.judge(action, { ...resolutions, isInGitWorkTree: () => facts?.isInGitWorkTree ?? false });
    },
  };
}
