import { createGate } from '../gate/index.ts';
import { createProcesses } from '../host/index.ts';
import { reportText } from '../report/index.ts';
import { confinementOf } from './confinement.ts';
import { type Gathered, gather } from './gather.ts';
import { gateOptionsOf } from './gating.ts';
import { createPolicing } from './policing.ts';
import { loadProbes, pickProbes } from './probes.ts';
import { createRecorder } from './recorder.ts';
import type { World } from './world.ts';

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
  const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
  const policing = await createPolicing(world, { mode: 'plan', allowed: [], denied: [] });
  const gate = createGate(
    gateOptionsOf(world, {
      run: 'context',
      policing,
      sink: recorder,
      autonomy: 'observe',
      mode: 'plan',
      isLogged: false,
    }),
  );
  const processes = createProcesses({
    clock: world.clock,
    store: world.store,
    extraEnv: world.settings.environment,
    confinement: confinementOf(world, policing.policy),
  });
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
