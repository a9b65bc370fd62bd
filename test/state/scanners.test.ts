import { describe, expect, it } from 'vitest';
import type { Ask, Scanner } from '../../src/state/index.ts';
import {
  askNeighbours,
  consulScanner,
  dockerScanner,
  kubernetesScanner,
  nomadScanner,
  portsScanner,
  ScanProblem,
  systemdScanner,
} from '../../src/state/index.ts';

const web1 = { name: 'web1', wrap: (argv: readonly string[]) => ['ssh', 'web1', ...argv] };
const says = (output: string): Ask => ({ run: async () => output, get: async () => JSON.parse(output) });
const found = (scanner: Scanner, output: string) => scanner.scan(says(output));

/** `systemctl show '*.service' --all` of systemd 252 (Debian 12), four of its units. */
const UNITS = `Id=nginx.service
Requires=system.slice sysinit.target
BindsTo=
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled

Id=app.service
Requires=nginx.service sysinit.target system.slice
BindsTo=redis.service
LoadState=loaded
ActiveState=failed
SubState=failed
UnitFileState=enabled

Id=systemd-tmpfiles-setup.service
Requires=
LoadState=loaded
ActiveState=active
SubState=exited
UnitFileState=static

Id=gone.service
LoadState=not-found
ActiveState=inactive
SubState=dead
UnitFileState=
`;

describe('systemd', () => {
  it('gives services that run, failed or should run, and what they cannot do without', async () => {
    const { services, hosts } = await found(systemdScanner(web1), UNITS);
    expect(hosts).toMatchObject([{ name: 'web1', status: 'up' }]);
    expect(services?.map(({ id, status, needs }) => [id, status, needs])).toEqual([
      ['web1/nginx.service', 'running', []],
      ['web1/app.service', 'failed', ['web1/nginx.service']],
    ]);
  });

  it('asks on the machine that it is for, and takes no unit at all for no answer', async () => {
    let asked: readonly string[] = [];
    const ask: Ask = {
      ...says(''),
      async run(argv) {
        asked = argv;
        return '';
      },
    };
    await expect(systemdScanner(web1).scan(ask)).rejects.toThrow(ScanProblem);
    expect(asked.slice(0, 4)).toEqual(['ssh', 'web1', 'systemctl', 'show']);
  });
});

describe('ss', () => {
  it('gives each port once, with the addresses that are not all of them', async () => {
    const lines = [
      'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*',
      'LISTEN 0 128 [::]:22 [::]:*',
      'LISTEN 0 511 127.0.0.1:6379 0.0.0.0:*',
      'LISTEN 0 4096 127.0.0.53%lo:53 0.0.0.0:*',
    ];
    const { endpoints } = await found(portsScanner(web1), `${lines.join('\n')}\n`);
    expect(endpoints?.map(({ id, addresses }) => [id, addresses])).toEqual([
      ['web1:22', []],
      ['web1:53', ['127.0.0.53']],
      ['web1:6379', ['127.0.0.1']],
    ]);
  });
});

describe('the neighbour table', () => {
  it('gives addresses that answered, once each, and none that did not', async () => {
    // Printed by iproute2 6.1 on Debian 12.
    const rows = [
      { dst: '192.0.2.77', dev: 'eth0', state: ['FAILED'] },
      { dst: '192.0.2.1', dev: 'eth0', lladdr: '02:fc:00:00:00:05', state: ['STALE'] },
      { dst: '192.0.2.1', dev: 'eth1', lladdr: '02:fc:00:00:00:05', state: ['REACHABLE'] },
      { dst: 'fd00::1', dev: 'eth0', lladdr: '02:fc:00:00:00:06', router: null, state: ['DELAY'] },
      { dst: '192.0.2.9', dev: 'eth0', state: ['INCOMPLETE'] },
    ];
    expect(await askNeighbours(says(JSON.stringify(rows)))).toEqual(['192.0.2.1', 'fd00::1']);
    await expect(askNeighbours(says('[]'))).resolves.toEqual([]);
    await expect(askNeighbours(says('Object "neigh" is unknown'))).rejects.toThrow(ScanProblem);
  });
});

describe('docker', () => {
  it('gives containers with state, published ports, image and project', async () => {
    const row = {
      Names: 'wiki',
      State: 'running',
      Status: 'Up 3 days (unhealthy)',
      Image: 'wiki:2',
      Ports: '0.0.0.0:8080->80/tcp, [::]:8080->80/tcp',
      Labels: 'a=b,com.docker.compose.project=docs',
    };
    const { services } = await found(dockerScanner(web1), `${JSON.stringify(row)}\n`);
    expect(services).toMatchObject([
      { id: 'web1/wiki', status: 'unhealthy', ports: [8080], facts: { image: 'wiki:2', project: 'docs' } },
    ]);
    expect((await found(dockerScanner(web1), '')).services).toEqual([]);
    await expect(found(dockerScanner(web1), 'Cannot connect')).rejects.toThrow('docker did not print JSON');
  });
});

describe('clusters', () => {
  it('of Kubernetes give nodes, workloads by how many are ready, and services', async () => {
    const items = [
      {
        kind: 'Node',
        metadata: { name: 'n1' },
        status: {
          conditions: [{ type: 'Ready', status: 'False' }],
          addresses: [{ type: 'InternalIP', address: '10.0.0.3' }],
        },
      },
      {
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { replicas: 3 },
        status: { readyReplicas: 1 },
      },
      {
        kind: 'Service',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { clusterIP: '10.43.0.9', ports: [{ port: 80 }] },
      },
    ];
    const state = await found(kubernetesScanner('k3s', 'home'), JSON.stringify({ items }));
    expect(state).toMatchObject({
      hosts: [{ name: 'n1', status: 'NotReady', addresses: ['10.0.0.3'] }],
      jobs: [{ id: 'shop/deployment/web', status: 'degraded' }],
      services: [{ id: 'shop/web', addresses: ['10.43.0.9'], ports: [80] }],
    });
  });

  it('of Nomad give jobs with how they are, and the node of one that runs on no other', async () => {
    const answers: Record<string, unknown> = {
      'http://n/v1/nodes': [
        { Name: 'n1', Address: '10.0.0.4', Status: 'ready', SchedulingEligibility: 'eligible' },
      ],
      'http://n/v1/jobs?namespace=*': [
        { ID: 'web', Namespace: 'default', Type: 'service', Status: 'running' },
        { ID: 'db', Namespace: 'default', Type: 'service', Status: 'running' },
      ],
      'http://n/v1/allocations?namespace=*': [
        { JobID: 'web', Namespace: 'default', NodeName: 'n1', ClientStatus: 'running' },
        { JobID: 'web', Namespace: 'default', NodeName: 'n2', ClientStatus: 'running' },
        { JobID: 'db', Namespace: 'default', NodeName: 'n1', ClientStatus: 'running' },
        { JobID: 'db', Namespace: 'default', NodeName: 'n2', ClientStatus: 'complete' },
      ],
    };
    const state = await nomadScanner('nomad', 'http://n').scan({
      run: async () => '',
      get: async (url) => answers[url],
    });
    expect(state.hosts).toMatchObject([{ name: 'n1', status: 'ready', addresses: ['10.0.0.4'] }]);
    expect(state.jobs?.map(({ name, host }) => [name, host])).toEqual([
      ['web', null],
      ['db', 'n1'],
    ]);
  });

  it('of Kubernetes say which workload is behind a service', async () => {
    const labels = { app: 'web', tier: 'front' };
    const items = [
      {
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { replicas: 1, template: { metadata: { labels } } },
        status: { readyReplicas: 1 },
      },
      {
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'other' },
        spec: { replicas: 1, template: { metadata: { labels } } },
        status: {},
      },
      {
        kind: 'Service',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [] },
      },
    ];
    const { services } = await found(kubernetesScanner('k3s', null), JSON.stringify({ items }));
    expect(services).toMatchObject([{ id: 'shop/web', needs: ['shop/deployment/web'], addresses: [] }]);
  });

  it('of Consul give the upstreams of a proxy of the mesh', async () => {
    const row = {
      Node: { Node: 'c1', Address: '10.0.0.7' },
      Service: {
        ID: 'web-proxy',
        Proxy: {
          Upstreams: [{ DestinationName: 'db' }, { DestinationType: 'prepared_query', DestinationName: 'q' }],
        },
      },
      Checks: [],
    };
    const get = async (url: string) =>
      url.endsWith('/health/service/web-proxy')
        ? [row]
        : url.endsWith('/catalog/services')
          ? { 'web-proxy': [] }
          : [];
    const { services } = await consulScanner('consul', 'http://c').scan({ run: async () => '', get });
    expect(services).toMatchObject([{ id: 'c1/web-proxy', needs: ['db'], status: null }]);
  });

  it('that answer with something else are a problem, not an empty cluster', async () => {
    await expect(found(nomadScanner('nomad', 'http://x'), '{"error":"no leader"}')).rejects.toThrow(
      'allocations is not a list',
    );
    await expect(found(kubernetesScanner('k3s', null), '{}')).rejects.toThrow(
      'what kubectl printed is not a list',
    );
  });
});
