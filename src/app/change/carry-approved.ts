import { planChange } from '../../changes/index.ts';
import { proposeLearned } from '../knowledge/propose-learned.ts';
import type { Gathered } from '../looking/gather.ts';
import type { RunScope } from '../run/open-run.ts';
import type { ApprovedWork } from '../run/run-request.ts';
import { carryInRun, describeCarried, recordPlan } from './carry-in-run.ts';
import { type CarriedApproved, carryThere } from './carry-there.ts';
import { openBench } from './change-ports.ts';
import { park } from './park.ts';
import { whyGone } from './why-gone.ts';

/**
 * A fault that is gone closes the approval without acting. Otherwise the change is planned anew, and carried out when
 * the plan is the one that was seen; when it is another by now, the yes is void and the new plan waits.
 */
export async function carryApproved(
  scope: RunScope,
  approved: ApprovedWork,
  now: Gathered,
): Promise<CarriedApproved> {
  const { approval, faults, work } = approved;
  if (work.kind === 'executor') return carryThere(scope, approved, work.socket, now);
  const { parked, claim, onVoid } = work;
  const { world, recorder, run, signal } = scope;
  const { id, change } = approval;
  const refuse = (failed: string | null, message: string): void =>
    recorder.record({ type: 'change.ended', change, end: 'refused', failed, message });
  const why = whyGone(faults, now);
  if (why !== null) {
    refuse(null, `${why}; nothing was done`);
    onVoid(why);
    return { words: why, note: `No model was asked: ${why}.` };
  }
  const bench = await openBench(world, {
    run,
    change,
    recorder,
    isLogged: true,
    signal,
    denied: scope.request.denied,
    isAttended: scope.attendance !== null,
    source: parked.source,
  });
  const invariants = parked.invariants ?? [];
  const made = await planChange(parked.change, { id: change, invariants }, bench.ports);
  if ('problems' in made) {
    const why = made.problems.map(({ field, message }) => `${field}: ${message}`).join('\n');
    refuse('plan', why);
    return { words: `${change} cannot be carried out any more; nothing was done. ${why}`, note: null };
  }
  const { plan } = made;
  recordPlan(recorder, plan);
  if (plan.planned.digest !== approval.digest) {
    onVoid('what it rested on has moved');
    const { message, approval: next } = await park(world, {
      run,
      planned: plan.planned,
      ...parked,
      by: approval.by,
    });
    if (next !== null) {
      recorder.record({ type: 'change.parked', change, approval: next.id, expiresAt: next.expiresAt });
    }
    const why = `what ${id} rested on has moved, so the yes does not count: ${message}`;
    return { words: why, note: `No model was asked: ${why}.` };
  }
  await claim?.(run);
  const done = await carryInRun(scope, bench, plan, true);
  if ('busy' in done) {
    refuse('lock', done.busy);
    return { words: `${change} was not begun: ${done.busy}.`, note: null };
  }
  await proposeLearned(scope, done.learned);
  return { words: describeCarried(change, done), note: null };
}
