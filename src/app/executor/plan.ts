import { type Plan, planChange } from '../../changes/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Change } from '../../protocol/change.ts';
import { type ChangeBench, openBench } from '../change/change-ports.ts';
import { opensAt, type Standing, standingOf } from '../change/standing.ts';
import { attemptsToday } from '../change/trust.ts';
import { whoIsHere } from '../change/who-is-here.ts';
import { createRecorder } from '../run/recorder.ts';
import type { World } from '../world.ts';
import { asRoot } from './as-root.ts';
import { whyPerson } from './takes-a-person.ts';

export interface JudgedPlan {
  plan: Plan;
  /** As it is planned and carried out here. */
  change: Change;
  standing: Standing;
}

/**
 * Planned and judged with what root has written and nothing else; nothing is kept or done. OpsError `input` names every
 * field that stands against it.
 */
export async function judgePlan(
  world: World,
  { change: asked, cwd }: { change: Change; cwd: string },
  signal: AbortSignal,
): Promise<JudgedPlan> {
  const change = asRoot(asked);
  const there = { ...world, cwd };
  const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
  const run = `plan-${crypto.randomUUID()}`;
  const bench = await openBench(there, { run, change: 'X1', recorder, isLogged: false, signal });
  try {
    const made = await planChange(change, { id: 'X1', invariants: [] }, bench.ports);
    if ('problems' in made) {
      const all = made.problems.map(({ field, message }) => `${field}: ${world.masker.mask(message)}`);
      throw new OpsError('bad-change', 'input', all.join('\n'));
    }
    const { plan } = made;
    const hasCommands = plan.work.some(({ steps }) => steps.some(({ action }) => action.kind !== 'write'));
    const isolation = hasCommands ? await world.isolation.settle() : null;
    const strange = whyPerson(...(await touchedBy(plan, bench)));
    const standing = standingOf({
      plan: strange === null ? plan.planned : { ...plan.planned, doubts: [strange, ...plan.planned.doubts] },
      autonomy: world.settings.executor_autonomy,
      mode: 'default',
      isAttended: false,
      isDurable: world.store.kind === 'disk',
      hasCommands,
      isConfined: isolation === null || isolation.kind !== 'none' || isolation.choice === 'none',
      opensAt: opensAt(world, plan),
      attempts: await attemptsToday(world, plan),
      operator: await whoIsHere('X1.who', bench.ports),
    });
    return { plan, change, standing };
  } finally {
    await bench.clear();
  }
}

/** Files that it writes, and the words of its commands, those of the way back among them. */
async function touchedBy({ work }: Plan, { ports }: ChangeBench): Promise<[string[], (readonly string[])[]]> {
  const steps = work.flatMap((target) => [
    ...target.steps.map(({ action }) => action),
    ...target.back.flatMap((back) => (back.kind === 'do' ? [back.action] : [])),
  ]);
  const puts = work.flatMap(({ back }) => back.flatMap((step) => (step.kind === 'put' ? [step.file] : [])));
  const judged = await Promise.all(steps.map((action) => ports.judge(action)));
  const written = steps.flatMap((action) => (action.kind === 'write' ? [action.path] : []));
  return [[...written, ...puts], judged.flatMap(({ commands = [] }) => commands)];
}
