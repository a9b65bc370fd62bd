import { nearest } from '../lib/nearest.ts';
import { schemaFault } from '../lib/schema-fault.ts';
import { fileError, parseYaml, type YamlFile } from '../lib/yaml-file.ts';
import type { DeclaredThing, Inventory } from '../protocol/inventory.ts';
import type { WrittenInventory } from '../protocol/schemas/inventory.ts';

export const NO_INVENTORY: Inventory = {
  files: [],
  hosts: [],
  guests: [],
  services: [],
  endpoints: [],
  sources: [],
  ranges: { vmid: [100, 999], port: [8000, 8999], ip: [], reserved: [] },
};

const KEYS = [
  ...['hosts', 'guests', 'services', 'endpoints', 'sources', 'ranges', 'host', 'addresses', 'tags', 'owner'],
  ...['ssh', 'ssh_port', 'scan', 'unit', 'ports', 'depends_on', 'url', 'service', 'kind', 'token', 'context'],
  ...['vmid', 'port', 'ip', 'reserved'],
];

/** One file over what is known already: a later name replaces an earlier one. OpsError `settings`: `file:line: field: what`. */
export async function readInventory(
  source: string,
  text: string,
  before: Inventory = NO_INVENTORY,
): Promise<Inventory> {
  const yaml = await parseYaml(source, text);
  const written = await check(yaml);
  const at = (section: string, name: string): string => `${source}:${yaml.lineOf([section, name])}`;
  const thing = (
    section: string,
    name: string,
    given: { host?: string | undefined; owner?: string | undefined; addresses: string[]; tags: string[] },
  ): DeclaredThing => ({
    name,
    place: at(section, name),
    host: given.host ?? null,
    addresses: given.addresses,
    tags: given.tags,
    owner: given.owner ?? null,
  });
  const made: Inventory = {
    files: [...before.files, source],
    hosts: Object.entries(written.hosts).map(([name, given]) => ({
      ...thing('hosts', name, given),
      ssh: given.ssh ?? null,
      sshPort: given.ssh_port ?? null,
      scan: given.scan ?? ['systemd'],
    })),
    guests: Object.entries(written.guests).map(([name, given]) => thing('guests', name, given)),
    services: Object.entries(written.services).map(([name, given]) => ({
      ...thing('services', name, given),
      unit: given.unit ?? null,
      ports: given.ports,
      dependsOn: given.depends_on,
    })),
    endpoints: Object.entries(written.endpoints).map(([name, given]) => ({
      ...thing('endpoints', name, given),
      url: given.url,
      service: given.service ?? null,
    })),
    sources: Object.entries(written.sources).map(([name, given]) => ({
      name,
      kind: given.kind,
      url: given.url?.replace(/\/+$/, '') ?? null,
      token: given.token ?? null,
      context: given.context ?? null,
    })),
    ranges: {
      vmid: written.ranges.vmid ?? before.ranges.vmid,
      port: written.ranges.port ?? before.ranges.port,
      ip: written.ranges.ip ?? before.ranges.ip,
      reserved: written.ranges.reserved ?? before.ranges.reserved,
    },
  };
  const whole = {
    ...made,
    hosts: over(before.hosts, made.hosts),
    guests: over(before.guests, made.guests),
    services: over(before.services, made.services),
    endpoints: over(before.endpoints, made.endpoints),
    sources: over(before.sources, made.sources),
  };
  checkNames(whole, made, yaml);
  return whole;
}

async function check(yaml: YamlFile): Promise<WrittenInventory> {
  const { inventorySchema } = await import('../protocol/schemas/inventory.ts');
  const checked = inventorySchema.safeParse(yaml.value ?? {});
  if (checked.success) return checked.data;
  throw schemaFault(yaml, checked.error.issues, {
    otherwise: 'is not an inventory',
    notAName: 'is not a name (letters, digits, dots, hyphens, @ and _)',
    fields: KEYS,
  });
}

/** What a thing of this file is on, belongs to or needs must be declared, here or in an earlier file. */
function checkNames(whole: Inventory, made: Inventory, yaml: YamlFile): void {
  const hosts = whole.hosts.map(({ name }) => name);
  const services = whole.services.map(({ name }) => name);
  const fail = (path: string[], name: string, known: readonly string[], what: string): never => {
    const meant = nearest(name, known);
    throw fileError(
      yaml.source,
      yaml.lineOf(path),
      `${path.join('.')}: there is no ${what} "${name}"`,
      meant && `Did you mean "${meant}"?`,
    );
  };
  for (const section of ['guests', 'services', 'endpoints'] as const) {
    for (const { name, host } of made[section]) {
      if (host !== null && !hosts.includes(host)) fail([section, name, 'host'], host, hosts, 'host');
    }
  }
  for (const { name, service } of made.endpoints) {
    if (service !== null && !services.includes(service))
      fail(['endpoints', name, 'service'], service, services, 'service');
  }
  for (const { name, kind, url } of made.sources) {
    if (kind !== 'kubernetes' && url === null) {
      throw fileError(yaml.source, yaml.lineOf(['sources', name]), `sources.${name}.url: is missing`);
    }
  }
}

function over<T extends { name: string }>(before: readonly T[], made: readonly T[]): T[] {
  const names = new Set(made.map(({ name }) => name));
  return [...before.filter(({ name }) => !names.has(name)), ...made];
}
