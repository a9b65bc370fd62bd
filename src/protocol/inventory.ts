/** What operators declare of their systems in `inventory.yaml`, checked. */
export interface Inventory {
  /** The files it was read from. */
  files: string[];
  hosts: InventoryHost[];
  guests: DeclaredThing[];
  services: DeclaredService[];
  endpoints: DeclaredEndpoint[];
  sources: InventorySource[];
  /** Out of which `steward state free` finds a free one. */
  ranges: { vmid: [number, number]; port: [number, number]; ip: string[]; reserved: string[] };
}

export interface DeclaredThing {
  name: string;
  /** `inventory.yaml:12`. */
  place: string;
  host: string | null;
  addresses: string[];
  tags: string[];
  owner: string | null;
}

export interface InventoryHost extends DeclaredThing {
  /** `user@host`, `host` or an alias of ssh's own configuration; null: it is not asked. */
  ssh: string | null;
  sshPort: number | null;
  scan: HostScan[];
}

export const HOST_SCANS = ['systemd', 'ports', 'docker'] as const;
export type HostScan = (typeof HOST_SCANS)[number];

export interface DeclaredService extends DeclaredThing {
  unit: string | null;
  ports: number[];
  dependsOn: string[];
}

export interface DeclaredEndpoint extends DeclaredThing {
  url: string;
  service: string | null;
}

export const SOURCE_KINDS = ['consul', 'nomad', 'proxmox', 'kubernetes'] as const;
export interface InventorySource {
  name: string;
  kind: (typeof SOURCE_KINDS)[number];
  /** Of HTTP sources. */
  url: string | null;
  /** Environment variable, or credential of the unit, that holds the token. */
  token: string | null;
  /** Of kubernetes. */
  context: string | null;
}
