import type { SnapshotItem } from '../../protocol/snapshot.ts';
import type { Mention } from '../client.ts';
import { createLookBench } from '../looking/look-bench.ts';
import type { World } from '../world.ts';

export type Thing = Pick<Mention, 'note'> & { kind: 'unit' | 'job' | 'host' | 'service'; name: string };

const UNITS = ['systemctl', 'list-units', '--all', '--no-legend', '--no-pager', '--plain', '--full'];
const TIMEOUT_MS = 3_000;
const LIMIT_BYTES = 1024 * 1024;

/** Units that systemd has loaded, with their state; none where there is no systemd to ask. */
export async function listUnits(world: World, signal: AbortSignal): Promise<Thing[]> {
  const { gate, processes } = await createLookBench(world);
  if (processes.find('systemctl') === undefined) return [];
  const action = { kind: 'process' as const, argv: UNITS, cwd: '/' };
  const admission = await gate.perform({ id: 'M2', origin: 'look', action }, async (permit) => {
    const value = await processes.run(permit, { timeoutMs: TIMEOUT_MS, limitBytes: LIMIT_BYTES, signal });
    return { value, trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode}` } };
  });
  if (admission.kind === 'refused' || admission.value.exitCode !== 0) return [];
  return parseUnits(admission.value.stdout.text);
}

/** `UNIT LOAD ACTIVE SUB DESCRIPTION`, systemctl(1) with --plain. Mounts of devices and the like are nobody's subject. */
export function parseUnits(text: string): Thing[] {
  return text.split('\n').flatMap((line): Thing[] => {
    const [, name, load, active, sub] = /^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)/.exec(line.trim()) ?? [];
    if (
      name === undefined ||
      load === 'not-found' ||
      !/\.(?:service|timer|socket|path|target|mount)$/.test(name)
    ) {
      return [];
    }
    return [{ kind: 'unit', name, note: `${active}, ${sub}` }];
  });
}

/** Fields of facts whose values are names of things, by the last part of what a probe declares. */
const KINDS: readonly (readonly [RegExp, Thing['kind']])[] = [
  [/(?:^|\.|_)units?$/, 'unit'],
  [/(?:^|\.|_)jobs?(?:\.(?:id|name))?$/i, 'job'],
  [/(?:^|\.|_)(?:hosts?|nodes?)(?:\.(?:id|name))?$/i, 'host'],
  [/(?:^|\.|_)(?:services?|endpoints?)(?:\.(?:id|name))?$/i, 'service'],
];

/** Names in facts that their probes declare as inventory: text of others names nothing. */
export function thingsOfFacts(
  items: readonly Pick<SnapshotItem, 'probe' | 'id' | 'facts'>[],
  inventoryOf: ReadonlyMap<string, readonly string[]>,
): Thing[] {
  return items.flatMap(({ probe, id, facts }) =>
    (inventoryOf.get(probe) ?? []).flatMap((path) => {
      const kind = KINDS.find(([pattern]) => pattern.test(path))?.[1];
      if (kind === undefined) return [];
      return valuesAt(facts, path.split('.')).map((name) => ({
        kind,
        name,
        note: `seen by ${probe} (${id})`,
      }));
    }),
  );
}

function valuesAt(value: unknown, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => valuesAt(one, path));
  const [field, ...rest] = path;
  if (field === undefined) return typeof value === 'string' && value !== '' ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return valuesAt((value as Record<string, unknown>)[field], rest);
}

/** This host, and what settings declare. */
export function thingsOfSettings({ settings, host }: World): Thing[] {
  const declared = settings.endpoints.flatMap(({ name, url }): Thing[] => [
    { kind: 'service', name, note: url },
    ...(URL.canParse(url)
      ? [{ kind: 'host' as const, name: new URL(url).hostname, note: `of ${name}` }]
      : []),
  ]);
  return [{ kind: 'host', name: host.hostname, note: 'this host' }, ...declared];
}
