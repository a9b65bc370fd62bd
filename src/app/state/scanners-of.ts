import type { HttpCredential } from '../../protocol/action.ts';
import type { Inventory, InventoryHost, InventorySource } from '../../protocol/inventory.ts';
import {
  addressScanner,
  consulScanner,
  dockerScanner,
  kubernetesScanner,
  type Machine,
  nomadScanner,
  portsScanner,
  proxmoxScanner,
  type Scanner,
  systemdScanner,
} from '../../state/index.ts';

/** What the inventory names, and this machine. `isThere`: a program or a path. */
export function scannersOf(
  inventory: Inventory,
  { hostname, isThere }: { hostname: string; isThere(what: string): boolean },
): Scanner[] {
  const self: Machine = { name: hostname, wrap: (argv) => argv };
  const here: [boolean, Scanner][] = [
    [isThere('ip'), addressScanner(self)],
    [isThere('systemctl') && isThere('/run/systemd/system'), systemdScanner(self)],
    [isThere('ss'), portsScanner(self)],
    [isThere('docker') && isThere('/var/run/docker.sock'), dockerScanner(self)],
  ];
  return [
    ...here.filter(([is]) => is).map(([, scanner]) => scanner),
    ...inventory.hosts.filter(({ ssh, name }) => ssh !== null && name !== hostname).flatMap(hostScanners),
    ...inventory.sources.map(sourceScanner),
  ];
}

const HOST_SCANNERS = { systemd: systemdScanner, ports: portsScanner, docker: dockerScanner };

function hostScanners(host: InventoryHost): Scanner[] {
  const machine: Machine = { name: host.name, wrap: (argv) => sshArgv(host, argv) };
  return host.scan.map((kind) => HOST_SCANNERS[kind](machine));
}

/** Nothing of the operator's own configuration may ask, start a program here, or learn a key by itself. */
const SSH = [
  ...['ssh', '-T', '-x', '-a'],
  ...['BatchMode=yes', 'StrictHostKeyChecking=yes', 'UpdateHostKeys=no', 'PermitLocalCommand=no'].map(
    (o) => `-o${o}`,
  ),
  ...['ForwardAgent=no', 'ClearAllForwardings=yes', 'ConnectTimeout=3'].map((o) => `-o${o}`),
];

export function sshArgv(
  { ssh, sshPort }: Pick<InventoryHost, 'ssh' | 'sshPort'>,
  argv: readonly string[],
): string[] {
  const port = sshPort === null ? [] : ['-p', String(sshPort)];
  return [...SSH, ...port, '--', ssh ?? '', argv.map(quote).join(' ')];
}

/** For a POSIX shell over there. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function sourceScanner({ name, kind, url, context }: InventorySource): Scanner {
  switch (kind) {
    case 'consul':
      return consulScanner(name, url ?? '');
    case 'nomad':
      return nomadScanner(name, url ?? '');
    case 'proxmox':
      return proxmoxScanner(name, url ?? '');
    case 'kubernetes':
      return kubernetesScanner(name, context);
  }
}

const HEADERS = {
  consul: { header: 'X-Consul-Token', prefix: '' },
  nomad: { header: 'X-Nomad-Token', prefix: '' },
  proxmox: { header: 'Authorization', prefix: 'PVEAPIToken=' },
};

/** How a source is told who asks; undefined: it is asked as nobody. */
export function authOf({ kind, token }: InventorySource): HttpCredential | undefined {
  return token === null || kind === 'kubernetes' ? undefined : { ...HEADERS[kind], name: token };
}
