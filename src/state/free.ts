import type { Inventory } from '../protocol/inventory.ts';
import { STATE_SECTIONS, type StateFile, type StateItem } from '../protocol/state-file.ts';

export const FREE_KINDS = ['vmid', 'ip', 'port'] as const;
export type FreeKind = (typeof FREE_KINDS)[number];

export interface FreeAnswer {
  kind: FreeKind;
  /** null: none is left, or nobody has said where to look. */
  value: string | null;
  /** Where it was looked for. */
  range: string;
  taken: number;
  /** What somebody should know before they rely on it. */
  notes: string[];
}

/** What was near this machine when it was asked, or why that is not known. */
export type Neighbours = { addresses: readonly string[] } | { problem: string };

/** The lowest that nobody is known to have. Pure; what is stale still counts as taken. */
export function findFree(
  kind: FreeKind,
  state: StateFile,
  { ranges, host, neighbours }: { ranges: Inventory['ranges']; host: string; neighbours: Neighbours },
): FreeAnswer {
  const stale = state.sources.filter(({ problem }) => problem !== null);
  const notes = stale.map(
    ({ name, seen_at }) =>
      `${name} does not answer; ${seen_at === null ? 'nothing' : `what it said ${seen_at}`} is counted`,
  );
  if (kind === 'vmid') return freeVmid(state, ranges.vmid, notes);
  if (kind === 'port') return freePort(state, ranges.port, host, notes);
  return freeAddress(state, ranges, neighbours, notes);
}

function freeVmid(state: StateFile, [from, to]: [number, number], notes: string[]): FreeAnswer {
  const taken = new Set(state.guests.map(({ id, facts }) => Number(facts.vmid ?? id)));
  const isAsked = state.sources.some(({ kind }) => kind === 'proxmox');
  const more = isAsked
    ? []
    : ['no Proxmox is declared in inventory.yaml: only what is declared there counts as taken'];
  return {
    kind: 'vmid',
    value: firstFree(from, to, (id) => taken.has(id)),
    range: `${from}-${to}`,
    taken: taken.size,
    notes: [...notes, ...more],
  };
}

function freePort(state: StateFile, [from, to]: [number, number], host: string, notes: string[]): FreeAnswer {
  const here = allItems(state).filter((item) => item.host === host || item.name === host);
  const taken = new Set(here.flatMap(({ ports }) => ports));
  const isSeen = state.sources.some(
    ({ target, problem, kind }) => target === host && problem === null && kind === 'ports',
  );
  const more = isSeen
    ? []
    : [`nobody has looked which ports ${host} listens on: only what is known otherwise counts as taken`];
  return {
    kind: 'port',
    value: firstFree(from, to, (port) => taken.has(port)),
    range: `${from}-${to} on ${host}`,
    taken: taken.size,
    notes: [...notes, ...more],
  };
}

function freeAddress(
  state: StateFile,
  { ip, reserved }: Inventory['ranges'],
  neighbours: Neighbours,
  stale: string[],
): FreeAnswer {
  const known = allItems(state).flatMap(({ addresses }) => addresses);
  const near = 'addresses' in neighbours ? neighbours.addresses : [];
  const taken = new Set([...known, ...reserved, ...near]);
  const notes = [
    ...stale,
    'problem' in neighbours
      ? `nobody has looked which addresses are in use near here (${neighbours.problem}): only what is known otherwise counts as taken`
      : 'what nobody has spoken to lately from here, and nobody declares, does not count as taken',
  ];
  const range = ip.join(', ');
  if (ip.length === 0) {
    return {
      kind: 'ip',
      value: null,
      range,
      taken: taken.size,
      notes: ['no network is declared: write ranges.ip in inventory.yaml'],
    };
  }
  for (const network of ip) {
    const [base = '', bits = '32'] = network.split('/');
    const size = 2 ** (32 - Number(bits));
    const start = Math.floor(toNumber(base) / size) * size;
    // The network's own address, its broadcast, and the first, which mostly is the router.
    const value = firstFree(start + 2, start + size - 2, (number) => taken.has(toAddress(number)));
    if (value !== null)
      return { kind: 'ip', value: toAddress(Number(value)), range, taken: taken.size, notes };
  }
  return { kind: 'ip', value: null, range, taken: taken.size, notes };
}

function firstFree(from: number, to: number, isTaken: (number: number) => boolean): string | null {
  for (let number = from; number <= to; number += 1) if (!isTaken(number)) return String(number);
  return null;
}

function allItems(state: StateFile): StateItem[] {
  return STATE_SECTIONS.flatMap((section) => state[section]);
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
