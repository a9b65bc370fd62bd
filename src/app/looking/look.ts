import { reportText } from '../../report/index.ts';
import type { World } from '../world.ts';
import { type Gathered, gather } from './gather.ts';
import { createLookBench } from './look-bench.ts';
import { loadProbes, pickProbes } from './probes.ts';

export interface Look {
  gathered: Gathered;
  /** For people. */
  text: string;
}

/**
 * `steward context`: what is true now, without a run. Goes through the gate like everything else, observes only, and
 * leaves no log, no history and no model behind.
 */
export async function look(world: World, names: readonly string[], signal: AbortSignal): Promise<Look> {
  const all = await loadProbes(world);
  const wanted = names.length === 0 ? all.map(({ name }) => name) : names;
  const probes = pickProbes(all, wanted, { source: 'steward context', reason: 'usage' }, []);
  const { recorder, gate, processes } = await createLookBench(world);
  const gathered = await gather(
    { world, recorder, gate, processes, signal },
    {
      probes,
      slot: 'context',
      alreadyOpen: [],
      isLookOnly: true,
    },
  );
  const text = reportText({
    ...gathered,
    run: null,
    notKept: null,
    title: 'Context',
    host: world.host.hostname,
    now: world.clock.now(),
    reason: null,
    checks: [],
    report: null,
    answer: null,
    modelNote: null,
    isolation: world.isolation.known,
  });
  return { gathered, text };
}
