import type { FoundItem } from '../../protocol/state-file.ts';
import { type Ask, listOf, objectIn, parseJsonOf, type Scanner, textIn } from './scanner.ts';

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
        services: of('Service').map((service) =>
          readService(service, of('Deployment', 'StatefulSet', 'DaemonSet')),
        ),
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
    id: workloadId(item),
    name: textIn(meta, 'name') ?? '',
    status: ready >= wanted ? 'ready' : ready === 0 ? 'down' : 'degraded',
    facts: { manager: 'kubernetes', kind: String(item.kind), namespace, wanted, ready },
  };
}

function readService(
  item: Record<string, unknown>,
  workloads: readonly Record<string, unknown>[],
): FoundItem {
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
    needs: workloads.filter((workload) => isBehind(spec, namespace, workload)).map(workloadId),
    facts: { manager: 'kubernetes', namespace, type: textIn(spec, 'type') },
  };
}

/** The pods of the workload carry every label that the service selects by. */
function isBehind(
  spec: Record<string, unknown>,
  namespace: string,
  workload: Record<string, unknown>,
): boolean {
  const wanted = Object.entries(objectIn(spec, 'selector'));
  const labels = objectIn(objectIn(objectIn(objectIn(workload, 'spec'), 'template'), 'metadata'), 'labels');
  const place = textIn(objectIn(workload, 'metadata'), 'namespace') ?? 'default';
  return wanted.length > 0 && place === namespace && wanted.every(([key, value]) => labels[key] === value);
}

function workloadId(item: Record<string, unknown>): string {
  const meta = objectIn(item, 'metadata');
  return `${textIn(meta, 'namespace') ?? 'default'}/${String(item.kind).toLowerCase()}/${textIn(meta, 'name') ?? ''}`;
}
