import { readTimeZone } from '../../host/index.ts';
import { nearest } from '../../lib/nearest.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Inventory } from '../../protocol/inventory.ts';
import type { FoundItem, ScannedSource } from '../../protocol/state-file.ts';
import {
  mergeScan,
  runScanners,
  type Scan,
  type Scanner,
  type StatePorts,
  type Swapped,
  swapState,
} from '../../state/index.ts';
import type { World } from '../world.ts';
import { loadInventory } from './inventory-files.ts';
import { createScanBench } from './scan-bench.ts';
import { scannersOf } from './scanners-of.ts';

export interface ScanResult extends Swapped {
  sources: ScannedSource[];
  durationMs: number;
  inventory: Inventory;
}

/** For a hundred targets, less what it takes to write what they said. */
const DEADLINE_MS = 4_500;
const TARGETS = 100;

export function statePorts(world: World): StatePorts {
  return { store: world.store, clock: world.clock, zone: readTimeZone(world.env) };
}

/** `names`: sources or hosts; none: all. OpsError `usage` for one that does not exist, `settings` for a wrong inventory. */
export async function scanState(
  world: World,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ScanResult> {
  const inventory = await loadInventory(world);
  const bench = await createScanBench(world, inventory);
  const isThere = (what: string): boolean =>
    what.startsWith('/') ? world.operatorFiles.exists(what) : bench.find(what) !== undefined;
  const all = scannersOf(inventory, { hostname: world.host.hostname, isThere });
  const wanted = pick(all, names);
  const deadlineMs = DEADLINE_MS * Math.max(1, Math.ceil(wanted.length / TARGETS));
  const scanned = await runScanners(wanted, { clock: world.clock, deadlineMs, askFor: bench.askFor, signal });
  const scan: Scan = {
    at: world.clock.now(),
    durationMs: scanned.durationMs,
    by: `steward ${world.version} on ${world.host.hostname}`,
    declared: declaredOf(inventory, world),
    known: all.map(({ name }) => name),
    sources: scanned.sources.map((source) => maskSource(source, world)),
  };
  const swapped = await swapState(statePorts(world), (current) =>
    mergeScan(current, scan, world.clock.now()),
  );
  await scanned.settled;
  return { ...swapped, sources: scan.sources as ScannedSource[], durationMs: scanned.durationMs, inventory };
}

function pick(all: readonly Scanner[], names: readonly string[]): Scanner[] {
  if (names.length === 0) return [...all];
  return names.flatMap((name) => {
    const found = all.filter((scanner) => scanner.name === name || scanner.target === name);
    if (found.length > 0) return found;
    const known = [...new Set(all.flatMap((scanner) => [scanner.name, scanner.target]))];
    const guess = nearest(name, known);
    throw new OpsError('no-source', 'usage', `there is nothing to scan with the name "${name}"`, {
      hint:
        guess === undefined
          ? 'steward state scan asks all; inventory.yaml names them'
          : `Did you mean ${guess}?`,
    });
  });
}

/** What others say is kept, shown and sent: no secret stays in it. */
function maskSource(source: ScannedSource, { masker }: World): ScannedSource {
  return { ...source, answer: masker.maskValue(source.answer) as ScannedSource['answer'] };
}

function declaredOf(inventory: Inventory, world: World): Scan['declared'] {
  const common = ({ name, host, addresses, tags, owner }: Inventory['guests'][number]): FoundItem => ({
    id: name,
    name,
    host,
    addresses,
    tags,
    owner,
  });
  const { hostname, kernel } = world.host;
  const isNamed = inventory.hosts.some(({ name }) => name === hostname);
  const self: FoundItem = { id: hostname, name: hostname, host: hostname, facts: { kernel } };
  return {
    hosts: [
      ...inventory.hosts.map((host) => ({ ...common(host), host: host.name })),
      ...(isNamed ? [] : [self]),
    ],
    guests: inventory.guests.map(common),
    services: inventory.services.map((service) => ({
      ...common(service),
      ports: service.ports,
      facts: { unit: service.unit },
    })),
    endpoints: inventory.endpoints.map((endpoint) => ({
      ...common(endpoint),
      ports: portOf(endpoint.url),
      facts: { url: endpoint.url, service: endpoint.service },
    })),
    providers: Object.entries(world.settings.providers).map(([name, { kind, base_url }]) => ({
      id: name,
      name,
      facts: { kind, url: base_url ?? null },
    })),
  };
}

function portOf(url: string): number[] {
  const { port, protocol } = new URL(url);
  return [port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)];
}
