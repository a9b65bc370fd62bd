import {
  demandNode,
  downText,
  drawTree,
  familyOf,
  impactOf,
  orderOf,
  quorumLoss,
  rootsOf,
  windowOf,
} from '../../graph/index.ts';
import { readTimeZone } from '../../host/index.ts';
import { formatZonedTime } from '../../lib/zoned-time.ts';
import type { Graph } from '../../protocol/graph.ts';
import type { World } from '../world.ts';

export { drawMermaid } from '../../graph/index.ts';
export { loadGraph } from './load-graph.ts';

/** With a name its family; else what is declared and what that needs; with `all`, everything. */
export function shownNames(
  graph: Graph,
  name: string | undefined,
  { all, hostname }: { all: boolean; hostname: string },
): Set<string> {
  if (name !== undefined) return familyOf(graph, demandNode(graph, name, hostname).name);
  if (all) return new Set(graph.nodes.keys());
  const declared = new Set(
    [...graph.nodes.values()].filter(({ place }) => place !== null).map((node) => node.name),
  );
  if (declared.size === 0) return new Set(graph.edges.flatMap(({ from, to }) => [from, to]));
  for (const { from, to } of graph.edges) if (declared.has(from)) declared.add(to);
  return declared;
}

export function treeOf(
  graph: Graph,
  names: ReadonlySet<string>,
  name: string | undefined,
  hostname: string,
): string {
  const shown = { ...graph, edges: graph.edges.filter(({ from, to }) => names.has(from) && names.has(to)) };
  const roots = name === undefined ? rootsOf(shown, [...names]) : [demandNode(graph, name, hostname).name];
  const needed = name === undefined ? '' : neededText(graph, roots[0] ?? '');
  return drawTree(shown, roots) + needed;
}

function neededText(graph: Graph, name: string): string {
  const direct = graph.edges.filter(({ to }) => to === name).map(({ from }) => from);
  return direct.length === 0 ? '' : `needed by ${direct.sort().join(', ')}\n`;
}

export function orderRows(
  graph: Graph,
  direction: 'start' | 'stop',
  name: string | undefined,
  hostname: string,
): string[][] {
  if (name !== undefined)
    return orderOf(graph, direction, familyOf(graph, demandNode(graph, name, hostname).name));
  return orderOf(graph, direction, shownNames(graph, undefined, { all: false, hostname }));
}

/** What stops with it, whether a quorum is lost, and when it may be restarted. */
export function describeImpact(
  world: World,
  graph: Graph,
  wanted: string,
): { json: Record<string, unknown>; text: string } {
  const node = demandNode(graph, wanted, world.host.hostname);
  const impact = impactOf(graph, node.name);
  const zone = readTimeZone(world.env);
  const { isOpen, opensAt, hours } = windowOf(node, world.clock.now(), zone);
  const loss = quorumLoss(graph, [node.name, ...impact.map((each) => each.node.name)]);
  const next = opensAt === null ? null : new Date(opensAt).toISOString();
  const nextHere = opensAt === null ? '' : formatZonedTime(opensAt, zone);
  const lines = impact.map(
    ({ node: each, path }) =>
      `  ${each.name} (${each.criticality})${path.length > 2 ? `, through ${path.slice(1, -1).join(' and ')}` : ''}\n`,
  );
  const head =
    impact.length === 0
      ? `Nothing that is known needs ${node.name}.\n`
      : `Without ${node.name} these stop working:\n`;
  const down = downText(node);
  const now = down === null ? '' : `${node.name} ${down.startsWith('down') ? 'is' : 'was'} ${down}.\n`;
  const window =
    hours.length === 0
      ? 'No safe hours are declared for it.\n'
      : isOpen
        ? `Its safe hours are ${hours.join(', ')}: now is one.\n`
        : `Its safe hours are ${hours.join(', ')}: next ${nextHere}.\n`;
  const approval =
    node.restartWithoutApproval === false ? `It is not restarted without approval (${node.place}).\n` : '';
  return {
    json: {
      name: node.name,
      criticality: node.criticality,
      down,
      restart_without_approval: node.restartWithoutApproval,
      impact: impact.map(({ node: each, path }) => ({
        name: each.name,
        criticality: each.criticality,
        path,
      })),
      safe_hours: hours,
      window_open: isOpen,
      window_next: next,
      quorum_lost: loss,
    },
    text: [now, head, ...lines, window, approval, loss === null ? '' : `${loss}.\n`].join(''),
  };
}
