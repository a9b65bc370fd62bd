import {
  type FoundItem,
  type ScannedSource,
  STATE_SECTIONS,
  STATE_VERSION,
  type StateFile,
  type StateItem,
  type StateSource,
} from '../protocol/state-file.ts';
import { alertsOf } from './alerts.ts';
import { toItem } from './to-item.ts';

export interface Scan {
  /** Milliseconds since the epoch. */
  at: number;
  durationMs: number;
  by: string;
  /** What is declared, by section; it replaces what was declared before. */
  declared: Partial<Record<(typeof STATE_SECTIONS)[number], FoundItem[]>>;
  /** Names of all sources that there are by now: what another one has told is gone with it. */
  known: readonly string[];
  /** Those that were asked; what the others have told stays as it is. */
  sources: readonly ScannedSource[];
}

export const INVENTORY = 'inventory';

/**
 * What is known after a scan. Pure, and the same whichever of two scans comes last, so that it can be done again over
 * what another process wrote meanwhile. A source that answered replaces all it had told; of one that did not, everything
 * stays, marked stale since it was last seen. `now`: the moment of merging, milliseconds since the epoch.
 */
export function mergeScan(current: StateFile | null, scan: Scan, now: number): StateFile {
  const before = new Map(current?.sources.map((source) => [source.name, source]) ?? []);
  const asked = new Map(
    scan.sources
      .filter(({ name, at }) => {
        const triedAt = Date.parse(before.get(name)?.tried_at ?? iso(0));
        // One that was asked later by another process has the newer answer; one of a time still to come was asked by a
        // clock that has been set back since.
        return at >= triedAt || triedAt > now;
      })
      .map((source) => [source.name, source]),
  );
  const sources = scan.known.flatMap((name) => {
    const source = asked.get(name);
    const known = before.get(name);
    if (source !== undefined) return [toSource(source, known)];
    return known === undefined ? [] : [known];
  });
  const state: StateFile = {
    meta: {
      schema_version: STATE_VERSION,
      generated_at: iso(scan.at),
      generated_by: scan.by,
      duration_ms: Math.round(scan.durationMs),
      partial: sources.some(({ problem }) => problem !== null),
    },
    sources,
    ...emptySections(),
  };
  const isKnown = new Set(scan.known);
  for (const section of STATE_SECTIONS) {
    const kept = (current?.[section] ?? [])
      .filter(({ source }) => isKnown.has(source))
      .flatMap((item) => keep(item, asked.get(item.source)));
    const found = [...asked.values()].flatMap((source) =>
      'found' in source.answer
        ? (source.answer.found[section] ?? []).map((item) => toItem(item, source.name, iso(source.at)))
        : [],
    );
    state[section] = sortItems(withDeclared([...kept, ...found], scan.declared[section] ?? []));
  }
  // Made anew from the rest.
  state.alerts = sortItems(alertsOf(state));
  return state;
}

export function emptySections(): Pick<StateFile, (typeof STATE_SECTIONS)[number]> {
  return { hosts: [], guests: [], services: [], endpoints: [], jobs: [], providers: [], alerts: [] };
}

function toSource(source: ScannedSource, known: StateSource | undefined): StateSource {
  const { name, kind, target, at, durationMs, answer } = source;
  const problem = 'problem' in answer ? answer.problem : null;
  return {
    name,
    kind,
    target,
    tried_at: iso(at),
    seen_at: problem === null ? iso(at) : (known?.seen_at ?? null),
    duration_ms: Math.round(durationMs),
    problem,
  };
}

function keep(item: StateItem, source: ScannedSource | undefined): StateItem[] {
  if (source === undefined) return [item];
  if ('found' in source.answer) return [];
  const since = item.stale?.since ?? item.seen_at ?? iso(source.at);
  return [{ ...item, stale: { since, reason: source.answer.problem } }];
}

/** What a source has seen carries what is declared of it; what nobody has seen stands by itself. */
function withDeclared(seen: readonly StateItem[], declared: readonly FoundItem[]): StateItem[] {
  const isSeen = new Set<string>();
  const byName = new Map(declared.map((item) => [item.name, item]));
  const items = seen.map((item) => {
    const said = byName.get(item.name);
    if (said === undefined || (said.host != null && item.host !== null && said.host !== item.host))
      return item;
    isSeen.add(item.name);
    return {
      ...item,
      owner: said.owner ?? item.owner,
      tags: union(item.tags, said.tags ?? []),
      addresses: union(item.addresses, said.addresses ?? []),
    };
  });
  return [
    ...items,
    ...declared.filter(({ name }) => !isSeen.has(name)).map((item) => toItem(item, INVENTORY, null)),
  ];
}

function union(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])];
}

function sortItems(items: readonly StateItem[]): StateItem[] {
  const key = ({ name, source, id }: StateItem): string => `${name}\0${source}\0${id}`;
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
