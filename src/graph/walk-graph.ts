import { nearest } from '../lib/nearest.ts';
import { OpsError } from '../lib/ops-error.ts';
import { nextOpening, parseWindow } from '../lib/week-window.ts';
import type { Zone } from '../lib/zoned-time.ts';
import { CRITICALITIES, type Graph, type GraphEdge, type GraphNode } from '../protocol/graph.ts';

/** By its name, an alias or, of what is on `host`, its bare name. undefined: nothing is called so, or several are. */
export function findNode({ nodes }: Graph, word: string, host: string | null = null): GraphNode | undefined {
  const exact = nodes.get(word) ?? (host === null ? undefined : nodes.get(`${host}/${word}`));
  if (exact !== undefined) return exact;
  const found = [...nodes.values()].filter(({ aliases }) => aliases.includes(word));
  if (found.length <= 1) return found[0];
  return found.find((node) => node.host === host) ?? found.find(({ place }) => place !== null);
}

/** OpsError `input` with the nearest names. */
export function demandNode(graph: Graph, word: string, host: string | null): GraphNode {
  const found = findNode(graph, word, host);
  if (found !== undefined) return found;
  const all = [...graph.nodes.values()].flatMap(({ name, aliases }) => [name, ...aliases]);
  const meant = nearest(word, all);
  throw new OpsError('unknown-name', 'input', `the graph knows no "${word}"`, {
    hint: meant === undefined ? 'steward graph show lists what it knows' : `Did you mean ${meant}?`,
  });
}

export interface Impact {
  node: GraphNode;
  /** What it needs and does not have any more: from the thing itself on. */
  path: string[];
}

/** What stops working with it, directly or through others; the most critical first, then the nearest. */
export function impactOf(graph: Graph, name: string): Impact[] {
  const dependents = new Map<string, string[]>();
  for (const { from, to } of graph.edges) dependents.set(to, [...(dependents.get(to) ?? []), from]);
  const seen = new Map<string, string[]>([[name, [name]]]);
  const queue = [name];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const next of dependents.get(at) ?? []) {
      if (seen.has(next)) continue;
      seen.set(next, [...(seen.get(at) ?? []), next]);
      queue.push(next);
    }
  }
  seen.delete(name);
  const rank = ({ node }: Impact): number => -CRITICALITIES.indexOf(node.criticality);
  return [...seen]
    .flatMap(([each, path]) => {
      const node = graph.nodes.get(each);
      return node === undefined ? [] : [{ node, path }];
    })
    .sort(
      (a, b) => rank(a) - rank(b) || a.path.length - b.path.length || (a.node.name < b.node.name ? -1 : 1),
    );
}

/** Rows of what can be started beside one another, what others need first. `stop`: the other way round. */
export function orderOf(graph: Graph, direction: 'start' | 'stop', only?: ReadonlySet<string>): string[][] {
  const names = [...graph.nodes.keys()].filter((name) => only === undefined || only.has(name));
  const inside = new Set(names);
  const missing = new Map(names.map((name) => [name, 0]));
  const after = new Map<string, string[]>();
  for (const { from, to } of graph.edges) {
    if (!inside.has(from) || !inside.has(to)) continue;
    missing.set(from, (missing.get(from) ?? 0) + 1);
    after.set(to, [...(after.get(to) ?? []), from]);
  }
  const rows: string[][] = [];
  for (let row = names.filter((name) => missing.get(name) === 0); row.length > 0; ) {
    rows.push(row.sort());
    const next: string[] = [];
    for (const name of row) {
      for (const each of after.get(name) ?? []) {
        const left = (missing.get(each) ?? 0) - 1;
        missing.set(each, left);
        if (left === 0) next.push(each);
      }
    }
    row = next;
  }
  return direction === 'start' ? rows : rows.reverse();
}

/** It, all that it needs and all that needs it. */
export function familyOf(graph: Graph, name: string): Set<string> {
  const family = new Set([name, ...impactOf(graph, name).map(({ node }) => node.name)]);
  const needs = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) needs.set(edge.from, [...(needs.get(edge.from) ?? []), edge]);
  const queue = [name];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const { to } of needs.get(at) ?? []) {
      if (family.has(to)) continue;
      family.add(to);
      queue.push(to);
    }
  }
  return family;
}

export interface SafeWindow {
  isOpen: boolean;
  /** When it opens, milliseconds since the epoch; null while it is open, or where any time is as good. */
  opensAt: number | null;
  hours: string[];
}

/** May it be restarted now, as far as its safe hours go? */
export function windowOf(
  { safeHours }: GraphNode,
  now: number,
  zone: Pick<Zone, 'aheadMinutes'>,
): SafeWindow {
  const openings = safeHours.flatMap((text) => {
    const window = parseWindow(text);
    return window === undefined ? [] : [nextOpening(window, now, zone)];
  });
  if (openings.length === 0) return { isOpen: true, opensAt: null, hours: [] };
  const first = Math.min(...openings);
  return { isOpen: first <= now, opensAt: first <= now ? null : first, hours: safeHours };
}

/** Why a quorum would be lost if these went away; null: none would. Members of which nobody knows anything count as there. */
export function quorumLoss({ quorums, nodes }: Graph, leaving: readonly string[]): string | null {
  for (const { name, members, needs } of quorums) {
    const going = members.filter((member) => leaving.includes(member));
    if (going.length === 0) continue;
    const down = members.filter((member) => nodes.get(member)?.isDown === true && !going.includes(member));
    const left = members.length - down.length - going.length;
    if (left >= needs) continue;
    const already =
      down.length === 0 ? '' : `, and ${down.join(', ')} ${down.length === 1 ? 'is' : 'are'} down already`;
    return `${name} needs ${needs} of ${members.length} members${already}: without ${going.join(', ')} it would have ${left}`;
  }
  return null;
}
