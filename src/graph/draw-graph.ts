import type { Graph, GraphEdge, GraphNode } from '../protocol/graph.ts';
import { downText } from './build-graph.ts';

/** What it needs, below it; a thing that stands above already is named and not told again. */
export function drawTree(graph: Graph, roots: readonly string[]): string {
  const needs = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) needs.set(edge.from, [...(needs.get(edge.from) ?? []), edge]);
  const told = new Set<string>();
  const lines: string[] = [];
  const draw = (name: string, before: string, branch: string, edge: GraphEdge | null): void => {
    const isTold = told.has(name) && (needs.get(name)?.length ?? 0) > 0;
    const how = edge?.kind === 'derived' ? `  (derived: ${edge.place})` : '';
    lines.push(`${before}${branch}${label(graph.nodes.get(name), name)}${how}${isTold ? '  (above)' : ''}`);
    if (isTold) return;
    told.add(name);
    const below = needs.get(name) ?? [];
    const deeper = branch === '' ? before : `${before}${branch.startsWith('└') ? '   ' : '│  '}`;
    for (const [index, next] of below.entries()) {
      draw(next.to, deeper, index === below.length - 1 ? '└─ ' : '├─ ', next);
    }
  };
  for (const root of roots) draw(root, '', '', null);
  return lines.map((line) => `${line}\n`).join('');
}

function label(node: GraphNode | undefined, name: string): string {
  if (node === undefined) return name;
  const words = [node.criticality === 'medium' ? null : node.criticality, downText(node)];
  const said = words.filter((word) => word !== null);
  return said.length === 0 ? name : `${name} [${said.join(', ')}]`;
}

/** What nothing else needs: where a tree begins. */
export function rootsOf(graph: Graph, names: readonly string[]): string[] {
  const inside = new Set(names);
  const needed = new Set(graph.edges.filter(({ from }) => inside.has(from)).map(({ to }) => to));
  return names.filter((name) => !needed.has(name)).sort();
}

/** https://mermaid.js.org/syntax/flowchart.html: an arrow points at what is needed; a dotted one is derived. */
export function drawMermaid(graph: Graph, names: ReadonlySet<string>): string {
  const ids = new Map([...names].sort().map((name, index) => [name, `n${index}`]));
  const nodes = [...ids].map(([name, id]) => `  ${id}["${name.replaceAll('"', '#quot;')}"]\n`);
  const edges = graph.edges.flatMap(({ from, to, kind }) => {
    const [a, b] = [ids.get(from), ids.get(to)];
    return a === undefined || b === undefined
      ? []
      : [`  ${a} ${kind === 'declared' ? '-->' : '-.->'} ${b}\n`];
  });
  const down = [...ids].filter(([name]) => graph.nodes.get(name)?.isDown === true).map(([, id]) => id);
  const style =
    down.length === 0 ? '' : `  classDef down stroke-dasharray: 4\n  class ${down.join(',')} down\n`;
  return `flowchart TD\n${nodes.join('')}${edges.join('')}${style}`;
}
