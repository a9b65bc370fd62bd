import { nearest } from '../lib/nearest.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { Dependencies, Graph, GraphEdge, GraphNode } from '../protocol/graph.ts';
import type { StateFile, StateItem } from '../protocol/state-file.ts';
import { findCycle } from './find-cycle.ts';

/** What an operator declares elsewhere: `depends_on` of the inventory, and names that are nothing but names here. */
export interface KnownThings {
  services: readonly {
    name: string;
    place: string;
    unit: string | null;
    host: string | null;
    dependsOn: readonly string[];
  }[];
  names: readonly string[];
}

/**
 * What depends on what: what operators declare, and what sources tell for certain. OpsError `settings`, with file and
 * line, for a name that nothing has and for a circle of what was declared. A derived edge that would close a circle is
 * left out, and noted.
 */
export function buildGraph(declared: Dependencies, known: KnownThings, state: StateFile | null): Graph {
  const names = createNames();
  for (const service of declared.services) names.declare(service);
  for (const { name, place, unit, host } of known.services) {
    names.declare({
      name,
      place,
      unit,
      host,
      criticality: null,
      restartWithoutApproval: null,
      safeHours: [],
    });
  }
  const items = state === null ? [] : [...state.hosts, ...state.guests, ...state.services, ...state.jobs];
  const guests = new Set(state?.guests);
  for (const item of items) names.see(item, guests.has(item));
  for (const name of known.names) names.name(name);

  const resolve = (name: string, place: string, what: string): string => {
    const found = names.find(name, null);
    if (found !== undefined) return found;
    const meant = nearest(name, names.all());
    throw new OpsError('unknown-name', 'settings', `${place}: ${what} "${name}", and nothing has that name`, {
      hint: meant === undefined ? 'steward state show lists what is known' : `Did you mean "${meant}"?`,
    });
  };
  const edges: GraphEdge[] = [];
  const add = (from: string, to: string, kind: GraphEdge['kind'], place: string): void => {
    if (!edges.some((edge) => edge.from === from && edge.to === to)) edges.push({ from, to, kind, place });
  };
  for (const { name, dependsOn } of declared.services) {
    for (const other of dependsOn) {
      add(name, resolve(other.name, other.place, `${name} depends on`), 'declared', other.place);
    }
  }
  for (const { name, place, dependsOn } of known.services) {
    for (const other of dependsOn) add(name, resolve(other, place, `${name} depends on`), 'declared', place);
  }
  const quorums = declared.quorums.map((quorum) => ({
    ...quorum,
    members: quorum.members.map((member) => resolve(member, quorum.place, `quorum ${quorum.name} names`)),
  }));
  const circle = findCycle(edges);
  if (circle !== null) throw circleError(circle);
  const notes = addDerived(edges, items, names);
  return { nodes: names.nodes(), edges, quorums, notes };
}

function circleError(circle: readonly GraphEdge[]): OpsError {
  const [first] = circle;
  const path = [...circle.map(({ from }) => from), first?.from ?? ''].join(' → ');
  const places = [...new Set(circle.map(({ place }) => place))];
  return new OpsError(
    'circle',
    'settings',
    `${places.at(-1)}: ${path} is a circle, so nothing could be started first`,
    {
      hint: `It is made of ${places.join(', ')}: take one of them away.`,
    },
  );
}

/** Far more edges than anybody declares, so they are found by their ends and not by looking through all. */
function addDerived(edges: GraphEdge[], items: readonly StateItem[], names: Names): string[] {
  const has = new Set(edges.map(({ from, to }) => `${from}\0${to}`));
  const wanted: GraphEdge[] = [];
  const add = (from: string | undefined, to: string | undefined, place: string): void => {
    if (from === undefined || to === undefined || from === to || has.has(`${from}\0${to}`)) return;
    has.add(`${from}\0${to}`);
    // On which host something is, an operator has said.
    wanted.push({ from, to, kind: place === 'inventory' ? 'declared' : 'derived', place });
  };
  for (const item of items) {
    const from = names.of(item);
    for (const need of item.needs) add(from, names.byId(need) ?? names.find(need, item.host), item.source);
    if (item.host !== null) add(from, names.find(item.host, null), item.source);
  }
  edges.push(...wanted);
  const notes: string[] = [];
  for (let circle = findCycle(edges); circle !== null; circle = findCycle(edges)) {
    const weakest = circle.find(({ kind }) => kind === 'derived');
    if (weakest === undefined) break;
    edges.splice(edges.indexOf(weakest), 1);
    notes.push(
      `${weakest.place} says that ${weakest.from} needs ${weakest.to}, which would be a circle: left out`,
    );
  }
  return notes;
}

type Names = ReturnType<typeof createNames>;
type Declared = Pick<GraphNode, 'name' | 'host' | 'restartWithoutApproval' | 'safeHours'> & {
  place: string;
  unit: string | null;
  criticality: GraphNode['criticality'] | null;
};

const BAD = new Set([
  'failed',
  'critical',
  'down',
  'offline',
  'notready',
  'stopped',
  'dead',
  'exited',
  'lost',
  'inactive',
]);

/** In which way a thing is down, for people; null: it is not. Of what nobody was heard of lately the last word says nothing. */
export function downText({ isDown, status }: Pick<GraphNode, 'isDown' | 'status'>): string | null {
  if (!isDown) return null;
  return status !== null && BAD.has(status.toLowerCase()) ? `down: ${status}` : 'not seen lately';
}

/** Which words mean which node. A bare word means what is declared, else the one thing that is called so. */
function createNames() {
  const nodes = new Map<string, GraphNode>();
  const byWord = new Map<string, Set<string>>();
  const ids = new Map<string, string>();
  const items = new Map<StateItem, string>();
  /** What a source has seen; of these, which one source at least says are well. What is only declared says neither. */
  const seen = new Set<string>();
  const well = new Set<string>();
  const learn = (word: string, name: string): void => {
    byWord.set(word, (byWord.get(word) ?? new Set()).add(name));
  };
  const find = (word: string, host: string | null): string | undefined => {
    if (nodes.has(word)) return word;
    const found = [...(byWord.get(word) ?? [])];
    if (found.length <= 1) return found[0];
    return found.find((name) => nodes.get(name)?.host === host && host !== null);
  };
  const put = (node: GraphNode): void => {
    nodes.set(node.name, node);
    for (const word of node.aliases) learn(word, node.name);
  };
  const blank = (name: string): GraphNode => ({
    name,
    aliases: [],
    host: null,
    criticality: 'medium',
    restartWithoutApproval: null,
    safeHours: [],
    place: null,
    status: null,
    isDown: false,
  });
  return {
    declare({ name, place, unit, host, criticality, restartWithoutApproval, safeHours }: Declared): void {
      const before = nodes.get(name);
      const aliases = [...new Set([...(before?.aliases ?? []), ...wordsOf(unit ?? name)])];
      put({
        ...(before ?? blank(name)),
        aliases,
        place: before?.place ?? place,
        host: before?.host ?? host,
        criticality: criticality ?? before?.criticality ?? 'medium',
        restartWithoutApproval: restartWithoutApproval ?? before?.restartWithoutApproval ?? null,
        safeHours: safeHours.length > 0 ? safeHours : (before?.safeHours ?? []),
      });
    },
    see(item: StateItem, isGuest: boolean): void {
      const own = isGuest ? item.name : nameOf(item);
      const declared = isGuest ? undefined : declaredFor(item, nodes, find);
      const name = declared ?? own;
      const node = nodes.get(name) ?? { ...blank(name), aliases: [] };
      const isBad = item.status !== null && BAD.has(item.status.toLowerCase());
      if (item.seen_at !== null) {
        seen.add(name);
        if (item.stale === null && !isBad) well.add(name);
      }
      put({
        ...node,
        aliases: [...new Set([...node.aliases, ...wordsOf(item.name), ...(isGuest ? [item.id] : [])])].filter(
          (word) => word !== name,
        ),
        host: node.host ?? item.host,
        status: isBad || node.status === null ? item.status : node.status,
        isDown: seen.has(name) && !well.has(name),
      });
      ids.set(item.id, name);
      items.set(item, name);
    },
    name(name: string): void {
      if (find(name, null) === undefined) put(blank(name));
    },
    find,
    of: (item: StateItem): string | undefined => items.get(item),
    byId: (id: string): string | undefined => ids.get(id),
    all: (): string[] => [...new Set([...nodes.keys(), ...byWord.keys()])],
    nodes: (): ReadonlyMap<string, GraphNode> => nodes,
  };
}

/** Hosts have names of their own, and so have guests; what runs on one is told apart by it. */
function nameOf({ name, host }: StateItem): string {
  return host === null || host === name ? name : `${host}/${name}`;
}

/** What an operator declared as `grafana` on web1 is the unit of that name there. */
function declaredFor(
  item: StateItem,
  nodes: ReadonlyMap<string, GraphNode>,
  find: (word: string, host: string | null) => string | undefined,
): string | undefined {
  if (item.host === item.name) return nodes.has(item.name) ? item.name : undefined;
  for (const word of wordsOf(item.name)) {
    const node = nodes.get(find(word, item.host) ?? '');
    if (
      node !== undefined &&
      node.place !== null &&
      (node.host === null || item.host === null || node.host === item.host)
    )
      return node.name;
  }
  return undefined;
}

/** `nginx.service` is also `nginx`. */
function wordsOf(name: string): string[] {
  const bare = name.replace(/\.service$/, '');
  return bare === name ? [name, `${name}.service`] : [name, bare];
}
