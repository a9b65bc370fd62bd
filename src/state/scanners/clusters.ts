import type { FoundItem } from '../../protocol/state-file.ts';
import { listOf, objectIn, type Scanner, textIn } from './scanner.ts';

/** More services than this are not asked for one by one; the catalogue still names them. */
const MOST_ASKED = 500;

/** Consul HTTP API v1: nodes with their serf check, and each service with its instances and checks. */
export function consulScanner(name: string, url: string): Scanner {
  return {
    name,
    kind: 'consul',
    target: url,
    async scan({ get }) {
      const [nodes, checks, catalogue] = await Promise.all([
        get(`${url}/v1/catalog/nodes`),
        get(`${url}/v1/health/state/any`),
        get(`${url}/v1/catalog/services`),
      ]);
      const worst = new Map<string, string>();
      for (const check of listOf(checks, 'health/state')) {
        const node = textIn(check, 'Node') ?? '';
        if (textIn(check, 'CheckID') === 'serfHealth') worst.set(node, textIn(check, 'Status') ?? '');
      }
      const names = Object.keys(objectIn({ catalogue }, 'catalogue')).sort();
      const answers = await Promise.all(
        names.slice(0, MOST_ASKED).map(async (service) => ({
          service,
          rows: listOf(
            await get(`${url}/v1/health/service/${encodeURIComponent(service)}`),
            'health/service',
          ),
        })),
      );
      return {
        hosts: listOf(nodes, 'catalog/nodes').map((node) => {
          const id = textIn(node, 'Node') ?? '';
          const address = textIn(node, 'Address');
          return {
            id,
            name: id,
            host: id,
            status: worst.get(id) ?? null,
            addresses: address === null ? [] : [address],
          };
        }),
        services: [
          ...answers.flatMap(({ service, rows }) => rows.map((row) => consulInstance(service, row))),
          ...names.slice(MOST_ASKED).map((service): FoundItem => ({ id: service, name: service })),
        ],
      };
    },
  };
}

function consulInstance(service: string, row: Record<string, unknown>): FoundItem {
  const node = textIn(objectIn(row, 'Node'), 'Node') ?? '';
  const instance = objectIn(row, 'Service');
  const address = textIn(instance, 'Address') ?? textIn(objectIn(row, 'Node'), 'Address');
  const port = Number(textIn(instance, 'Port') ?? 0);
  const statuses = Array.isArray(row.Checks)
    ? listOf(row.Checks, 'Checks').map((check) => textIn(check, 'Status'))
    : [];
  const status = ['critical', 'warning', 'passing'].find((each) => statuses.includes(each)) ?? null;
  return {
    id: `${node}/${textIn(instance, 'ID') ?? service}`,
    name: service,
    host: node,
    status,
    addresses: address === null ? [] : [address],
    ports: port > 0 ? [port] : [],
    tags: Array.isArray(instance.Tags) ? instance.Tags.map(String) : [],
    needs: upstreamsOf(instance),
    facts: { manager: 'consul' },
  };
}

/** Of a proxy of the mesh: the services that it was given a way to. Ids of instances are not known here, names are. */
function upstreamsOf(instance: Record<string, unknown>): string[] {
  const proxy = objectIn(instance, 'Proxy');
  const upstreams = Array.isArray(proxy.Upstreams) ? listOf(proxy.Upstreams, 'Upstreams') : [];
  return upstreams
    .filter(({ DestinationType }) => DestinationType === undefined || DestinationType === 'service')
    .flatMap((row) => textIn(row, 'DestinationName') ?? []);
}

/** Nomad HTTP API v1. A job is as its summary says: what is lost or failed is more than that it runs. */
export function nomadScanner(name: string, url: string): Scanner {
  return {
    name,
    kind: 'nomad',
    target: url,
    async scan({ get }) {
      const [nodes, jobs, allocations] = await Promise.all([
        get(`${url}/v1/nodes`),
        get(`${url}/v1/jobs?namespace=*`),
        get(`${url}/v1/allocations?namespace=*`),
      ]);
      const places = placesOf(listOf(allocations, 'allocations'));
      return {
        hosts: listOf(nodes, 'nodes').map((node) => {
          const id = textIn(node, 'Name') ?? '';
          const address = textIn(node, 'Address');
          return {
            id,
            name: id,
            host: id,
            status: textIn(node, 'Status'),
            addresses: address === null ? [] : [address],
            facts: { eligible: textIn(node, 'SchedulingEligibility') },
          };
        }),
        jobs: listOf(jobs, 'jobs').map((job) => ({
          id: `${textIn(job, 'Namespace') ?? 'default'}/${textIn(job, 'ID') ?? ''}`,
          name: textIn(job, 'ID') ?? '',
          status: textIn(job, 'Status'),
          host: onlyPlace(places, job),
          facts: {
            manager: 'nomad',
            type: textIn(job, 'Type'),
            namespace: textIn(job, 'Namespace') ?? 'default',
          },
        })),
      };
    },
  };
}

/** Job in its namespace → nodes on which it runs now. */
function placesOf(allocations: readonly Record<string, unknown>[]): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  for (const row of allocations) {
    if (row.ClientStatus !== 'running') continue;
    const key = `${textIn(row, 'Namespace') ?? 'default'}/${textIn(row, 'JobID') ?? ''}`;
    places.set(key, (places.get(key) ?? new Set()).add(textIn(row, 'NodeName') ?? ''));
  }
  return places;
}

/** A job that runs on one node needs it, for now; one that runs on several goes on without any of them. */
function onlyPlace(places: ReadonlyMap<string, Set<string>>, job: Record<string, unknown>): string | null {
  const [first, second] =
    places.get(`${textIn(job, 'Namespace') ?? 'default'}/${textIn(job, 'ID') ?? ''}`) ?? [];
  return first === undefined || first === '' || second !== undefined ? null : first;
}

const PROXMOX_GUESTS = new Set(['qemu', 'lxc']);

/** Proxmox VE API, `/cluster/resources`: nodes, guests and storages of the whole cluster in one answer. */
export function proxmoxScanner(name: string, url: string): Scanner {
  return {
    name,
    kind: 'proxmox',
    target: url,
    async scan({ get }) {
      const answer = objectIn({ answer: await get(`${url}/api2/json/cluster/resources`) }, 'answer');
      const rows = listOf(answer.data, 'cluster/resources');
      return {
        hosts: rows
          .filter(({ type }) => type === 'node')
          .map((row) => {
            const id = textIn(row, 'node') ?? '';
            return { id, name: id, host: id, status: textIn(row, 'status'), facts: { manager: 'proxmox' } };
          }),
        guests: rows
          .filter(({ type }) => PROXMOX_GUESTS.has(String(type)))
          .map((row) => ({
            id: textIn(row, 'vmid') ?? '',
            name: textIn(row, 'name') ?? textIn(row, 'vmid') ?? '',
            host: textIn(row, 'node'),
            status: row.template === 1 ? 'template' : textIn(row, 'status'),
            tags: (textIn(row, 'tags') ?? '').split(';').filter((tag) => tag !== ''),
            facts: { manager: 'proxmox', kind: textIn(row, 'type'), vmid: Number(row.vmid) },
          })),
      };
    },
  };
}
