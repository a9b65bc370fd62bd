import { createGate } from '../../gate/index.ts';
import { createProcesses } from '../../host/index.ts';
import type { Gate } from '../../protocol/gate.ts';
import type { Processes } from '../../protocol/machine.ts';
import { createPolicing, type Policing } from '../policy/policing.ts';
import { confinementOf } from '../run/confinement.ts';
import { gateOptionsOf } from '../run/gating.ts';
import { createRecorder, type Recorder } from '../run/recorder.ts';
import type { World } from '../world.ts';

/** What a look without a run goes through: a gate that lets nothing pass but looking, and a log that keeps nothing. */
export interface LookBench {
  recorder: Recorder;
  gate: Gate;
  processes: Processes;
  policing: Policing;
}

export interface LookBenchOptions {
  /** Instead of a run's id. */
  run?: string;
  /** What the operator has declared, on top of what policy says. */
  declare?(policing: Policing): Policing;
}

export async function createLookBench(
  world: World,
  { run = 'context', declare = (policing: Policing): Policing => policing }: LookBenchOptions = {},
): Promise<LookBench> {
  const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
  const policing = declare(await createPolicing(world, { mode: 'plan', allowed: [], denied: [] }));
  const gate = createGate(
    gateOptionsOf(world, {
      run,
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
  return { recorder, gate, processes, policing };
}
