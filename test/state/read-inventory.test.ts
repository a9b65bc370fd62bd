import { describe, expect, it } from 'vitest';
import { OpsError } from '../../src/lib/ops-error.ts';
import { NO_INVENTORY, readInventory } from '../../src/state/index.ts';

const WHOLE = `hosts:
  web1: { ssh: admin@10.0.0.5, ssh_port: 2222, scan: [systemd, docker], tags: [edge], owner: anna }
  nas: { addresses: [10.0.0.9] }
guests:
  brain: { host: nas }
services:
  grafana: { host: web1, unit: grafana-server.service, ports: [3000], depends_on: [postgres] }
endpoints:
  wiki: { url: https://wiki.lan/, service: grafana }
sources:
  consul: { kind: consul, url: http://127.0.0.1:8500/, token: CONSUL_HTTP_TOKEN }
ranges: { vmid: 200-299, ip: [10.0.0.0/24], reserved: [10.0.0.254] }
`;

async function errorOf(text: string): Promise<string> {
  const error = await readInventory('inventory.yaml', text).catch((thrown: unknown) => thrown);
  if (!(error instanceof OpsError)) return 'no error';
  return `${error.message}${error.hint === null ? '' : ` (${error.hint})`}`;
}

describe('an inventory', () => {
  it('says what there is, with the line of each thing', async () => {
    const inventory = await readInventory('inventory.yaml', WHOLE);
    expect(inventory.hosts[0]).toMatchObject({
      name: 'web1',
      place: 'inventory.yaml:2',
      ssh: 'admin@10.0.0.5',
      sshPort: 2222,
      scan: ['systemd', 'docker'],
    });
    expect(inventory.sources).toEqual([
      {
        name: 'consul',
        kind: 'consul',
        url: 'http://127.0.0.1:8500',
        token: 'CONSUL_HTTP_TOKEN',
        context: null,
      },
    ]);
    expect(inventory.ranges).toEqual({
      vmid: [200, 299],
      port: [8000, 8999],
      ip: ['10.0.0.0/24'],
      reserved: ['10.0.0.254'],
    });
    expect(await readInventory('empty.yaml', '')).toEqual({ ...NO_INVENTORY, files: ['empty.yaml'] });
  });

  it('is overridden name by name by a later file', async () => {
    const first = await readInventory('a.yaml', WHOLE);
    const both = await readInventory('b.yaml', 'hosts: { web1: { owner: ben } }\n', first);
    expect(both.hosts.map(({ name, owner }) => [name, owner])).toEqual([
      ['nas', null],
      ['web1', 'ben'],
    ]);
    expect(both.files).toEqual(['a.yaml', 'b.yaml']);
  });

  it.each([
    [
      'hosts:\n  web1: { adresses: [10.0.0.1] }\n',
      'inventory.yaml:2: hosts.web1.adresses: there is no such field (Did you mean "addresses"?)',
    ],
    [
      'hosts:\n  web1:\n    addresses: [10.0.0]\n',
      'inventory.yaml:3: hosts.web1.addresses[0]: is not an IP address',
    ],
    [
      'hosts:\n  web1:\n    ssh: "-oProxyCommand=evil"\n',
      'inventory.yaml:3: hosts.web1.ssh: is not a destination of ssh such as admin@10.0.0.5',
    ],
    [
      'hosts:\n  "a b": {}\n',
      'inventory.yaml:2: hosts.a b: is not a name (letters, digits, dots, hyphens, @ and _)',
    ],
    [
      'services:\n  x: { host: web2 }\nhosts:\n  web1: {}\n',
      'inventory.yaml:2: services.x.host: there is no host "web2" (Did you mean "web1"?)',
    ],
    [
      'endpoints:\n  x: { url: "https://me:pw@x.lan" }\n',
      'inventory.yaml:2: endpoints.x.url: is not a plain http(s) URL without a password',
    ],
    ['sources:\n  c: { kind: consul }\n', 'inventory.yaml:2: sources.c.url: is missing'],
    ['ranges: { vmid: 9-1 }\n', 'inventory.yaml:1: ranges.vmid: ends before it begins'],
    [
      'ranges: { ip: [10.0.0.0/8] }\n',
      'inventory.yaml:1: ranges.ip[0]: is not an IPv4 network such as 10.0.0.0/24 (/16 at most)',
    ],
    ['- web1\n', 'inventory.yaml:1: the file: Invalid input: expected object, received array'],
  ])('%j is an error with file, line and field', async (text, expected) => {
    expect(await errorOf(text)).toBe(expected);
  });
});
