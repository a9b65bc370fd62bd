import { runCanary } from '../../gate/index.ts';
import { createPolicing } from '../policy/policing.ts';
import { gateOptionsOf } from '../run/gating.ts';
import { createRecorder } from '../run/recorder.ts';
import type { World } from '../world.ts';

/** Three actions that must be refused go through the gate first. Throws OpsError `gate-unsound` when one is not. */
export async function checkGate(world: World): Promise<void> {
  const policing = await createPolicing(world, { mode: 'default', allowed: [], denied: [] });
  await runCanary(
    gateOptionsOf(world, {
      run: 'canary',
      policing,
      sink: createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} }),
      autonomy: 'full',
      mode: 'default',
      isLogged: true,
    }),
  );
}
