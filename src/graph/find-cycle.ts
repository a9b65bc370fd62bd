import type { GraphEdge } from '../protocol/graph.ts';

/** The edges of one circle, in order; null: there is none. Does not recurse: chains may be thousands long. */
export function findCycle(edges: readonly GraphEdge[]): GraphEdge[] | null {
  const from = new Map<string, GraphEdge[]>();
  for (const edge of edges) from.set(edge.from, [...(from.get(edge.from) ?? []), edge]);
  const done = new Set<string>();
  for (const start of from.keys()) {
    if (done.has(start)) continue;
    const trail: { name: string; via: GraphEdge | null; next: number }[] = [
      { name: start, via: null, next: 0 },
    ];
    const open = new Set([start]);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const edge = from.get(top.name)?.[top.next++];
      if (edge === undefined) {
        done.add(top.name);
        open.delete(top.name);
        trail.pop();
      } else if (open.has(edge.to)) {
        const first = trail.findIndex(({ name }) => name === edge.to);
        return [...trail.slice(first + 1).flatMap(({ via }) => via ?? []), edge];
      } else if (!done.has(edge.to)) {
        open.add(edge.to);
        trail.push({ name: edge.to, via: edge, next: 0 });
      }
    }
  }
  return null;
}
