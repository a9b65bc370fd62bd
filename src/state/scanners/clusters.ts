import type { FoundItem } from '../../protocol/state-file.ts';
import { type Ask, listOf, objectIn, parseJsonOf, type Scanner, textIn } from './scanner.ts';

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
    facts: { manager: 'consul' },
  };
}

/** Nomad HTTP API v1. A job is as its summary says: what is lost or failed is more than that it runs. */
export function nomadScanner(name: string, url: string): Scanner {
  return {
    name,
    kind: 'nomad',
    target: url,
    async scan({ get }) {
      const [nodes, jobs] = await Promise.all([get(`${url}/v1/nodes`), get(`${url}/v1/jobs?namespace=*`)]);
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

/** Nodes, what runs on its own, and services with the addresses at which they are had. */
export function kubernetesScanner(name: string, context: string | null): Scanner {
  const argv = [
    'kubectl',
    ...(context === null ? [] : [`--context=${context}`]),
    ...['get', 'nodes,deployments,statefulsets,daemonsets,services', '--all-namespaces', '--output=json'],
    '--request-timeout=4s',
  ];
  return {
    name,
    kind: 'kubernetes',
    target: context ?? 'the current context',
    async scan(ask: Ask) {
      const answer = objectIn({ answer: parseJsonOf(await ask.run(argv), 'kubectl') }, 'answer');
      const items = listOf(answer.items, 'what kubectl printed');
      const of = (...kinds: string[]) => items.filter(({ kind }) => kinds.includes(String(kind)));
      return {
        hosts: of('Node').map(readNode),
        jobs: of('Deployment', 'StatefulSet', 'DaemonSet').map(readWorkload),
        services: of('Service').map(readService),
      };
    },
  };
}

function readNode(item: Record<string, unknown>): FoundItem {
  const id = textIn(objectIn(item, 'metadata'), 'name') ?? '';
  const status = objectIn(item, 'status');
  const conditions = Array.isArray(status.conditions) ? listOf(status.conditions, 'conditions') : [];
  const addresses = Array.isArray(status.addresses) ? listOf(status.addresses, 'addresses') : [];
  const isReady = conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
  return {
    id,
    name: id,
    host: id,
    status: isReady ? 'Ready' : 'NotReady',
    addresses: addresses
      .filter(({ type }) => type === 'InternalIP')
      .flatMap((row) => textIn(row, 'address') ?? []),
  };
}

function readWorkload(item: Record<string, unknown>): FoundItem {
  const meta = objectIn(item, 'metadata');
  const status = objectIn(item, 'status');
  const wanted = Number(objectIn(item, 'spec').replicas ?? status.desiredNumberScheduled ?? 0);
  const ready = Number(status.readyReplicas ?? status.numberReady ?? 0);
  const namespace = textIn(meta, 'namespace') ?? 'default';
  return {
    id: `${namespace}/${String(item.kind).toLowerCase()}/${textIn(meta, 'name') ?? ''}`,
    name: textIn(meta, 'name') ?? '',
    status: ready >= wanted ? 'ready' : ready === 0 ? 'down' : 'degraded',
    facts: { manager: 'kubernetes', kind: String(item.kind), namespace, wanted, ready },
  };
}

function readService(item: Record<string, unknown>): FoundItem {
  const meta = objectIn(item, 'metadata');
  const spec = objectIn(item, 'spec');
  const namespace = textIn(meta, 'namespace') ?? 'default';
  const address = textIn(spec, 'clusterIP');
  const ports = Array.isArray(spec.ports) ? listOf(spec.ports, 'ports').map(({ port }) => Number(port)) : [];
  return {
    id: `${namespace}/${textIn(meta, 'name') ?? ''}`,
    name: textIn(meta, 'name') ?? '',
    addresses: address === null || address === 'None' ? [] : [address],
    ports: ports.filter((port) => Number.isInteger(port) && port > 0 && port <= 65_535),
    facts: { manager: 'kubernetes', namespace, type: textIn(spec, 'type') },
  };
}
