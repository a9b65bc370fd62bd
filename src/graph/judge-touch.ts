import type { Graph, GraphNode } from '../protocol/graph.ts';
import { findNode, impactOf, quorumLoss } from './walk-graph.ts';

/** What a command would take away, as the graph sees it. */
export interface Touch {
  nodes: GraphNode[];
  /** Why it must not be: a quorum would be lost. */
  refusal: string | null;
  /** Why a person should say yes first: the same whenever it is asked. */
  doubts: string[];
  /** What stops with it, for whoever is asked anyway. */
  notes: string[];
}

/** Verbs after which nothing works less than before. */
const BRINGS = new Set([
  'start',
  'enable',
  'unmask',
  'run',
  'up',
  'resume',
  'create',
  'pull',
  'reset-failed',
  'daemon-reload',
]);
const MOST_NAMED = 6;

/**
 * Of simple commands as literal words. A word that the graph knows is the thing; where several are called so, it is the
 * one of this host.
 */
export function judgeTouch(graph: Graph, commands: readonly (readonly string[])[], host: string): Touch {
  const found = new Map<string, GraphNode>();
  for (const [, ...words] of commands) {
    if (words.some((word) => BRINGS.has(word))) continue;
    for (const word of words) {
      const node = word.startsWith('-') ? undefined : findNode(graph, word, host);
      if (node !== undefined) found.set(node.name, node);
    }
  }
  const nodes = [...found.values()];
  const impacts = nodes.map((node) => ({ node, impact: impactOf(graph, node.name) }));
  const leaving = [
    ...new Set(impacts.flatMap(({ node, impact }) => [node.name, ...impact.map((each) => each.node.name)])),
  ];
  const notes = impacts
    .filter(({ impact }) => impact.length > 0)
    .map(({ node, impact }) =>
      impactText(
        node,
        impact.map((each) => each.node),
      ),
    );
  const doubts = impacts.flatMap(({ node, impact }) => {
    const isGuarded =
      node.restartWithoutApproval === false || (node.restartWithoutApproval === null && isVital(node));
    if (node.place === null || !isGuarded) return [];
    const why =
      node.restartWithoutApproval === false
        ? `${node.name} is not restarted without approval`
        : `${node.name} is ${node.criticality}`;
    const more =
      impact.length === 0
        ? ''
        : `; ${impactText(
            node,
            impact.map((each) => each.node),
          )}`;
    const hours = node.safeHours.length === 0 ? '' : `; its safe hours are ${node.safeHours.join(', ')}`;
    return [`${why}${more}${hours} (${node.place})`];
  });
  return { nodes, refusal: quorumLoss(graph, leaving), doubts, notes };
}

function isVital({ criticality }: GraphNode): boolean {
  return criticality === 'high' || criticality === 'critical';
}

export function impactText(node: GraphNode, impact: readonly GraphNode[]): string {
  const names = impact
    .slice(0, MOST_NAMED)
    .map(({ name, criticality }) => (criticality === 'critical' ? `${name} (critical)` : name));
  const more = impact.length - names.length;
  return `${[...names, ...(more > 0 ? [`${more} more`] : [])].join(', ')} ${impact.length === 1 ? 'needs' : 'need'} ${node.name}`;
}
