import type { JoinRules } from '../../incidents/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Graph } from '../../protocol/graph.ts';
import type { World } from '../world.ts';
import { hasDependencies } from './has-dependencies.ts';

/** How old the graph may be by which incidents are joined. */
const FRESH_MS = 60_000;

/**
 * Whether one incident needs what another is about, by the graph as it was at most a minute ago. A file that is wrong joins
 * nothing: alerts come in whatever stands in it, and `steward graph check` says what is wrong.
 */
export async function createNeeds(world: World): Promise<JoinRules['needs']> {
  const { findNode, impactOf } = await import('../../graph/index.ts');
  let graph: Graph | null = null;
  let readAt = world.clock.elapsed();
  const read = async (): Promise<void> => {
    try {
      const { loadGraph } = await import('./load-graph.ts');
      graph = hasDependencies(world) ? await loadGraph(world) : null;
    } catch (error) {
      if (!(error instanceof OpsError)) throw error;
      graph = null;
    }
  };
  await read();
  return (one, other) => {
    if (world.clock.elapsed() - readAt > FRESH_MS) {
      readAt = world.clock.elapsed();
      void read();
    }
    const known = graph;
    if (known === null) return false;
    const nodesOf = (keys: readonly string[]): string[] =>
      keys.flatMap((key) => {
        const [name, host] = splitKey(key);
        return findNode(known, name, host)?.name ?? [];
      });
    const needed = nodesOf(other);
    const dependents = new Set(needed.flatMap((name) => impactOf(known, name).map(({ node }) => node.name)));
    return nodesOf(one).some((name) => dependents.has(name) && !needed.includes(name));
  };
}

/** `unit:postgresql.service@nuc1`: what it is, and where. A host's name is itself. */
function splitKey(key: string): [string, string | null] {
  const [, name, host] = /^\w+:(.*)@([^@]+)$/.exec(key) ?? [];
  return name === undefined ? [key, null] : [name, host ?? null];
}
