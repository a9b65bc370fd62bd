import type { Action } from './action.ts';
import type { Effect } from './effect.ts';
import { type Needs, NO_NEEDS } from './isolation.ts';

/**
 * The gate's proof that an action was decided and recorded. Host functions with effects take one, check that it is
 * for exactly the action they are about to do, and spend it: a permit works once. Only src/gate may mint; the
 * structure test holds that, and the private field makes a forged object fail at run time.
 */
export class Permit {
  readonly step: string;
  readonly effect: Effect;
  readonly needs: Needs;
  /** A person said yes to it, and it runs as they would run it, whatever confines other commands. */
  readonly isBare: boolean;
  readonly #action: Action;
  #spent = false;

  private constructor(step: string, effect: Effect, action: Action, needs: Needs, isBare: boolean) {
    this.step = step;
    this.effect = effect;
    this.needs = needs;
    this.isBare = isBare;
    this.#action = action;
  }

  static mint(
    step: string,
    effect: Effect,
    action: Action,
    needs: Needs = NO_NEEDS,
    { isBare = false }: { isBare?: boolean } = {},
  ): Permit {
    return new Permit(step, effect, action, needs, isBare);
  }

  /** Which kind of action it is for, without spending it: a host function that serves two kinds has to know. */
  static kindOf(permit: Permit): Action['kind'] {
    if (!(typeof permit === 'object' && permit !== null && #spent in permit)) {
      throw new Error('an effect was attempted without a permit');
    }
    return permit.#action.kind;
  }

  /** Throws when the permit is forged, used before, or minted for another action: each is a bug in steward. */
  static spend(permit: Permit, kind: Action['kind']): Action {
    if (!(typeof permit === 'object' && permit !== null && #spent in permit)) {
      throw new Error('an effect was attempted without a permit');
    }
    if (permit.#spent) throw new Error(`permit ${permit.step} was used twice`);
    if (permit.#action.kind !== kind) {
      throw new Error(`permit ${permit.step} is for ${permit.#action.kind}, not for ${kind}`);
    }
    permit.#spent = true;
    return permit.#action;
  }
}
