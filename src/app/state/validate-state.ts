import { OpsError } from '../../lib/ops-error.ts';
import type { StateCondition, StateFile } from '../../protocol/state-file.ts';
import { loadGraph } from '../graph/load-graph.ts';
import type { World } from '../world.ts';
import { readKnown, writtenEarly } from './known-state.ts';

export interface Validity {
  condition: StateCondition;
  /** What is wrong with `state.json`, and what is wrong with what operators declare beside it; none: all is well. */
  problems: { what: 'state.json' | 'declared'; why: string; hint: string | null }[];
  /** What is worth to be known of a file that is right. */
  note: string | null;
}

/** `state.json` against its digest, its schema and the clock; `inventory.yaml` and `dependencies.yaml` against it. */
export async function validateState(world: World): Promise<Validity> {
  const { condition, problem, state } = await readKnown(world);
  const isOurs = condition === 'sound' || condition === 'healed';
  const why = isOurs ? await whyWrong(state, world.clock.now()) : (problem ?? condition);
  const declared = await loadGraph(world).then(
    () => null,
    (error: unknown) => {
      if (error instanceof OpsError) return error;
      throw error;
    },
  );
  return {
    condition,
    problems: [
      ...(why === null ? [] : [{ what: 'state.json' as const, why, hint: null }]),
      ...(declared === null
        ? []
        : [{ what: 'declared' as const, why: declared.message, hint: declared.hint }]),
    ],
    note: why === null ? problem : null,
  };
}

async function whyWrong(state: StateFile | null, now: number): Promise<string | null> {
  if (state === null) return null;
  const { checkStateFile } = await import('../../protocol/schemas/state-file.ts');
  const checked = checkStateFile(state);
  if ('problem' in checked) return checked.problem;
  const early = writtenEarly(state, now);
  return early === null ? null : `it ${early}`;
}
