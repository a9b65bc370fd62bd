import type { AskPorts, GateOptions } from '../../gate/index.ts';
import type { Masker } from '../../lib/mask.ts';
import type { Action } from '../../protocol/action.ts';
import type { Autonomy, PermissionMode } from '../../protocol/effect.ts';
import type { EventSink } from '../../protocol/event.ts';
import type { IsolationPort } from '../../protocol/isolation.ts';
import type { Judgement } from '../../protocol/verdict.ts';
import { createSwitches, type Switches } from '../../runs/index.ts';
import type { Policing } from '../policy/policing.ts';
import type { World } from '../world.ts';

export interface GatingOptions {
  run: string;
  policing: Policing;
  sink: EventSink;
  autonomy: Autonomy;
  mode: PermissionMode;
  /** A person is there: how they are asked, and the mode as they set it by now. Absent: nobody is. */
  person?: { ask: AskPorts; mode(): PermissionMode } | null;
  /** Asked about what policy thinks of a call of the model. */
  secondOpinion?(judgement: Judgement): Promise<Judgement>;
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
    async judge(action, origin) {
      const judgement = await options.policing.judge(action);
      // An undo writes an operator's own bytes, whatever stands in them.
      if (origin !== 'undo' && holdsMask(action, world.masker)) return refuseMask(judgement);
      return origin === 'tool' && options.secondOpinion ? options.secondOpinion(judgement) : judgement;
    },
    sink: options.sink,
    clock: world.clock,
    isDurable: options.isLogged && world.store.kind === 'disk',
    autonomy: options.autonomy,
    get mode() {
      return options.person?.mode() ?? options.mode;
    },
    switches: () => source.read(options.run),
    isolation: tellOnce(world.isolation, options.sink),
    mask: world.masker.mask,
    attended: (options.person ?? null) !== null,
    ask: options.person?.ask ?? null,
  };
}

function holdsMask(action: Action, masker: Masker): boolean {
  const texts = Object.values(action).flat();
  return texts.some((text) => typeof text === 'string' && masker.hasMask(text));
}

/** A token in a command would be taken for the secret: a floor, under every mode and rule. */
function refuseMask(judgement: Judgement): Judgement {
  return {
    ...judgement,
    verdict: 'deny',
    rule: 'floor:mask',
    reason:
      'it holds a token like [masked:…], which stands for a secret that is not shown; name the file or variable that holds the secret instead',
  };
}

/** What the opening of the run said of the isolation was what the files say; where it turns out otherwise, that is news. */
function tellOnce(isolation: IsolationPort, sink: EventSink): IsolationPort {
  let isTold = false;
  return {
    ...isolation,
    async settle() {
      const state = await isolation.settle();
      if (!isTold && state.kind !== isolation.expected) {
        sink.record({ type: 'isolation.found', isolation: state.kind, problem: state.problem });
      }
      isTold = true;
      return state;
    },
  };
}
