import { configFolder } from '../config/index.ts';
import { loadProbeFile } from '../context/index.ts';
import { nearest } from '../lib/nearest.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { ProbeSpec } from '../protocol/probe.ts';
import { shippedProbes } from './shipped.ts';
import type { World } from './world.ts';

/**
 * All probes there are: shipped, then /etc/steward/context, the user's, and the folders that settings name; a later
 * file of the same name replaces an earlier one. A project has none: a probe is a command that runs unasked.
 */
export async function loadProbes(world: World): Promise<ProbeSpec[]> {
  const { operatorFiles, settings, env, home } = world;
  const folders = ['/etc/steward/context', `${configFolder(env, home)}/context`, ...settings.probes.dirs];
  const own = new Map<string, ProbeSpec>();
  for (const folder of folders) {
    for (const name of await operatorFiles.list(folder)) {
      if (!name.endsWith('.yaml')) continue;
      const path = `${folder}/${name}`;
      const probe = await loadProbeFile(path, (await operatorFiles.readText(path)) ?? '');
      own.set(probe.name, probe);
    }
  }
  const shipped = (await shippedProbes()).filter(({ name }) => !own.has(name));
  return [...shipped, ...own.values()]
    .filter(({ name }) => !settings.probes.disabled.includes(name))
    .map((probe) => withEndpoints(probe, world));
}

/** In the order asked for. OpsError `settings` for a goal that names one that does not exist, `usage` for a flag. */
export function pickProbes(
  all: readonly ProbeSpec[],
  names: readonly string[],
  asker: { source: string; reason: 'settings' | 'usage' },
  disabled: readonly string[],
): ProbeSpec[] {
  return [...new Set(names)].flatMap((name) => {
    const found = all.find((probe) => probe.name === name);
    if (found !== undefined) return [found];
    if (disabled.includes(name)) return [];
    const known = all.map((probe) => probe.name);
    const guess = nearest(name, known);
    throw new OpsError('no-probe', asker.reason, `${asker.source}: there is no probe "${name}"`, {
      hint: `${guess === undefined ? '' : `Did you mean ${guess}? `}Known: ${known.join(', ')}`,
    });
  });
}

/** Endpoints are declared in settings; the probe that asks for them ships without any. */
function withEndpoints(probe: ProbeSpec, { settings }: World): ProbeSpec {
  if (probe.name !== 'endpoints' || probe.gather.kind !== 'http') return probe;
  const endpoints = settings.endpoints.map(({ name, url, expect_status }) => ({
    name,
    url,
    expectStatus: expect_status ?? 200,
  }));
  return { ...probe, gather: { kind: 'http', endpoints: [...probe.gather.endpoints, ...endpoints] } };
}
