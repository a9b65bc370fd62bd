import { createApprovals } from '../../approvals/index.ts';
import { planChange } from '../../changes/index.ts';
import type { Approval } from '../../protocol/approval.ts';
import type { ShownPlan } from '../../protocol/executor.ts';
import { createRecorder } from '../run/recorder.ts';
import type { World } from '../world.ts';
import { openBench } from './change-ports.ts';
import { shownOf } from './show-plan.ts';

/** What waits, as it would be done now: every line of its files. null: it waits no more, or is not to be read. */
export async function showParked(
  world: World,
  approval: Approval,
  signal: AbortSignal,
): Promise<ShownPlan | null> {
  const parked = approval.state === 'pending' ? await createApprovals(world).parkedOf(approval.id) : null;
  if (parked === null) return null;
  const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
  const there = { ...world, cwd: approval.cwd };
  const run = `show-${crypto.randomUUID()}`;
  const { source } = parked;
  const bench = await openBench(there, { run, change: 'X1', recorder, isLogged: false, signal, source });
  try {
    const options = { id: 'X1', invariants: parked.invariants ?? [] };
    const made = await planChange(parked.change, options, bench.ports);
    if ('problems' in made) {
      const why = made.problems.map(({ field, message }) => `${field}: ${world.masker.mask(message)}`);
      return { isSame: false, problem: why.join('\n'), diffs: [], proof: [] };
    }
    const { diffs = [], proof = [] } = shownOf(made.plan, world.masker.mask);
    return { isSame: made.plan.planned.digest === approval.digest, problem: null, diffs, proof };
  } finally {
    await bench.clear();
  }
}
