import type { GateOptions } from '../gate/index.ts';
import type { Autonomy, PermissionMode } from '../protocol/effect.ts';
import type { EventSink } from '../protocol/event.ts';
import { createSwitches, type Switches } from '../runs/index.ts';
import type { Policing } from './policing.ts';
import type { World } from './world.ts';

export interface GatingOptions {
  run: string;
  policing: Policing;
  sink: EventSink;
  autonomy: Autonomy;
  mode: PermissionMode;
  /** A mere look keeps no log, so it may not have effects. */
  isLogged: boolean;
}

/** What a gate of this world is made of, and the switches that it reads before every step. */
export function gateOptionsOf(
  world: World,
  options: GatingOptions,
): GateOptions & { readonly source: Switches } {
  const source = createSwitches({ store: world.store, clock: world.clock });
  return {
    source,
    judge: (action) => options.policing.judge(action),
    sink: options.sink,
    clock: world.clock,
    isDurable: options.isLogged && world.store.kind === 'disk',
    autonomy: options.autonomy,
    mode: options.mode,
    switches: () => source.read(options.run),
    mask: world.masker.mask,
    attended: false,
  };
}
