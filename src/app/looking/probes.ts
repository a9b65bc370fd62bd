import { configFolder } from '../../config/index.ts';
import { loadProbeFile, ParameterError, withParameters } from '../../context/index.ts';
import { nearest } from '../../lib/nearest.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Goal } from '../../protocol/goal.ts';
import type { ProbeSpec } from '../../protocol/probe.ts';
import { shippedProbes } from '../shipped.ts';
import type { World } from '../world.ts';

/**
 * All probes there are: shipped, then /etc/steward/context, the user's, and the folders that settings name; a later
 * file of the same name replaces an earlier one. A project has none: a probe is a command that runs unasked.
 *
 * With `wanted`, of the shipped ones at least those: the others need not be read where settings tell them nothing.
 */
export async function loadProbes(world: World, wanted?: readonly string[]): Promise<ProbeSpec[]> {
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
  const isWanted = (name: string): boolean =>
    wanted === undefined || wanted.includes(name) || tellsAny(world);
  const shipped = await shippedProbes((name) => !own.has(name) && isWanted(name));
  const all = [...shipped, ...own.values()];
  const names = all.map(({ name }) => name);
  // Whoever misspells one is told of all that there are.
  if (wanted?.some((name) => !names.includes(name)) === true) return loadProbes(world);
  const unknown = Object.keys(settings.probes.parameters).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const guess = nearest(unknown, names);
    throw new OpsError('no-probe', 'settings', `probes.parameters.${unknown}: there is no such probe`, {
      hint: `${guess === undefined ? '' : `Did you mean ${guess}? `}Known: ${names.join(', ')}`,
    });
  }
  return all
    .filter(({ name }) => !settings.probes.disabled.includes(name))
    .map((probe) => told(probe, world));
}

/** With what settings say about it. OpsError `settings` for a name or a value that does not fit. */
function told(probe: ProbeSpec, world: World): ProbeSpec {
  const { parameters } = world.settings.probes;
  try {
    return withEndpoints(
      withParameters(probe, parameters[probe.name] ?? {}, world.settings.environment),
      world,
    );
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    const place = ['probes', 'parameters', probe.name, ...error.path].join('.');
    throw new OpsError(
      'bad-parameter',
      'settings',
      `${place}: ${error.message}`,
      error.hint === undefined ? {} : { hint: error.hint },
    );
  }
}

/**
 * Addresses that probes ask because settings name them, for policy: nothing else makes them known. Only the shipped
 * probes are told anything, and only where settings do is their file read.
 */
export async function probeAddresses(world: Pick<World, 'settings'>): Promise<string[]> {
  if (!tellsAny(world)) return [];
  const { environment, probes } = world.settings;
  const { parameters } = probes;
  return (await shippedProbes()).flatMap((probe) => {
    if (probe.gather.kind !== 'http' || Object.keys(probe.parameters).length === 0) return [];
    try {
      const { gather, unset } = withParameters(probe, parameters[probe.name] ?? {}, environment);
      return gather.kind === 'http' && unset === null ? gather.endpoints.map(({ url }) => url) : [];
    } catch (error) {
      // Whoever loads the probes tells it; here it only means that there is nothing to ask.
      if (error instanceof ParameterError) return [];
      throw error;
    }
  });
}

/** Do settings say anything that a probe could be told? */
function tellsAny({ settings }: Pick<World, 'settings'>): boolean {
  return Object.keys(settings.probes.parameters).length + Object.keys(settings.environment).length > 0;
}

/** In the order asked for. OpsError `settings` for a goal that names one that does not exist, `usage` for a flag. */
export function pickProbes(
  all: readonly ProbeSpec[],
  names: readonly string[],
  asker: { source: string; places?: Goal['probePlaces']; reason: 'settings' | 'usage' },
  disabled: readonly string[],
): ProbeSpec[] {
  return [...new Set(names)].flatMap((name) => {
    const found = all.find((probe) => probe.name === name);
    if (found !== undefined) return [found];
    if (disabled.includes(name)) return [];
    const known = all.map((probe) => probe.name);
    const guess = nearest(name, known);
    const place = asker.places?.[name] ?? asker.source;
    throw new OpsError('no-probe', asker.reason, `${place}: there is no probe "${name}"`, {
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
