import type { Action } from '../../src/protocol/action.ts';
import type { Effect } from '../../src/protocol/effect.ts';
import type { Gate, StepRequest } from '../../src/protocol/gate.ts';
import { Permit } from '../../src/protocol/permit.ts';
import type { Judgement } from '../../src/protocol/verdict.ts';

export interface OpenGate extends Gate {
  readonly requests: StepRequest[];
}

/** A real permit for an action, without a gate: for tests of host functions only. */
export function mintPermit(action: Action, effect: Effect = effectOf(action)): Permit {
  return Permit.mint('T1', effect, action);
}

/**
 * Allows everything and mints real permits. `judge` changes single judgements: with `refuse` set the step is refused
 * for that reason.
 */
export function createOpenGate(
  judge: (request: StepRequest) => (Partial<Judgement> & { refuse?: string }) | undefined = () => undefined,
): OpenGate {
  const requests: StepRequest[] = [];
  return {
    requests,
    async perform(request, run) {
      requests.push(request);
      const { refuse, ...special } = judge(request) ?? {};
      const judgement: Judgement = {
        verdict: refuse === undefined ? 'allow' : 'deny',
        effect: effectOf(request.action),
        rule: 'fake:open',
        reason: refuse ?? 'the fake gate allows everything',
        target: { kind: 'none', name: '' },
        action: request.action,
        ...special,
      };
      if (refuse !== undefined) return { kind: 'refused', judgement, reason: refuse };
      const { value } = await run(Permit.mint(request.id, judgement.effect, judgement.action), judgement);
      return { kind: 'done', judgement, value };
    },
  };
}

function effectOf(action: Action): Effect {
  return action.kind === 'write' || action.kind === 'remove' ? 'reversible' : 'observe';
}
