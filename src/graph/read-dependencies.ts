import { schemaFault } from '../lib/schema-fault.ts';
import { fileError, parseYaml, type YamlFile } from '../lib/yaml-file.ts';
import type { Dependencies } from '../protocol/graph.ts';
import type { WrittenDependencies } from '../protocol/schemas/dependencies.ts';

export const NO_DEPENDENCIES: Dependencies = { files: [], services: [], quorums: [] };

const KEYS = [
  ...[
    'services',
    'quorums',
    'depends_on',
    'criticality',
    'restart_without_approval',
    'safe_hours',
    'unit',
    'host',
  ],
  ...['members', 'needs'],
];

/** One file over what is known already: a later name replaces an earlier one. OpsError `settings`: `file:line: field: what`. */
export async function readDependencies(
  source: string,
  text: string,
  before: Dependencies = NO_DEPENDENCIES,
): Promise<Dependencies> {
  const yaml = await parseYaml(source, text);
  const written = await check(yaml);
  const at = (...path: (string | number)[]): string => `${source}:${yaml.lineOf(path)}`;
  const services = Object.entries(written.services).map(([name, given]) => ({
    name,
    place: at('services', name),
    unit: given.unit ?? null,
    host: given.host ?? null,
    dependsOn: given.depends_on.map((other, index) => ({
      name: other,
      place: at('services', name, 'depends_on', index),
    })),
    criticality: given.criticality ?? null,
    restartWithoutApproval: given.restart_without_approval ?? null,
    safeHours: given.safe_hours,
  }));
  const quorums = Object.entries(written.quorums).map(([name, { members, needs }]) => {
    if (needs !== undefined && needs > members.length) {
      throw fileError(
        source,
        yaml.lineOf(['quorums', name, 'needs']),
        `quorums.${name}.needs: there are only ${members.length} members`,
      );
    }
    return { name, members, needs: needs ?? Math.floor(members.length / 2) + 1, place: at('quorums', name) };
  });
  return {
    files: [...before.files, source],
    services: over(before.services, services),
    quorums: over(before.quorums, quorums),
  };
}

async function check(yaml: YamlFile): Promise<WrittenDependencies> {
  const { dependenciesSchema } = await import('../protocol/schemas/dependencies.ts');
  const checked = dependenciesSchema.safeParse(yaml.value ?? {});
  if (checked.success) return checked.data;
  throw schemaFault(yaml, checked.error.issues, {
    otherwise: 'says nothing of dependencies',
    notAName: 'is not a name',
    fields: KEYS,
  });
}

function over<T extends { name: string }>(before: readonly T[], made: readonly T[]): T[] {
  const names = new Set(made.map(({ name }) => name));
  return [...before.filter(({ name }) => !names.has(name)), ...made];
}
