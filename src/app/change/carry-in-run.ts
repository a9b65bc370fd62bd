import { type CarriedOut, carryOut, type Plan } from '../../changes/index.ts';
import type { PlannedChange } from '../../protocol/change.ts';
import type { ToolOutput } from '../../protocol/tool.ts';
import { OPEN_CHANGES } from '../../runs/index.ts';
import type { Recorder } from '../run/recorder.ts';
import type { World } from '../world.ts';
import type { ChangeBench } from './change-ports.ts';
import { lockTargets } from './target-locks.ts';

export interface Carrying {
  world: World;
  recorder: Recorder;
  run: string;
}

/**
 * A granted plan, carried out under the locks of its targets. The mark by which whoever recovers finds it is there
 * before the first effect and goes after the last. `busy`: somebody else has a target; nothing was done.
 */
export async function carryInRun(
  { world, recorder, run }: Carrying,
  bench: ChangeBench,
  plan: Plan,
  byPerson: boolean,
): Promise<CarriedOut | { busy: string }> {
  const { planned } = plan;
  const locks = await lockTargets(world, plan, run);
  if ('busy' in locks) return locks;
  const mark = `${OPEN_CHANGES}/${run}.${planned.id}`;
  try {
    await bench.ports.kept.write('plan.json', JSON.stringify({ run, plan }));
    await world.store.write(mark, JSON.stringify({ run, change: planned.id }));
    await bench.ports.kept.write('grant.json', JSON.stringify({ byPerson }));
    bench.allow({ digest: planned.digest, effect: planned.effect, byPerson });
    const done = await carryOut(plan, bench.ports);
    await recorder.sync();
    await world.store.remove(mark);
    return done;
  } finally {
    await locks.release();
    await bench.clear();
  }
}

/** The whole plan, as people see it, before anything is asked or done. */
export function recordPlan(recorder: Recorder, { planned, work }: Plan): void {
  const { id, change, digest, effect, steps, undo, preconditions }: PlannedChange = planned;
  recorder.record({
    type: 'change.planned',
    change: id,
    title: change.title,
    digest,
    effect,
    targets: work.map(({ name }) => name),
    steps,
    undo,
    preconditions,
  });
}

/** As the result of a call: what programs and servers said of it are not our words. */
export function tellCarried(id: string, { end, failed, message }: CarriedOut): ToolOutput {
  const head = `${id} ${WORDS[end]}`;
  if (end === 'held') return { ok: true, isOwnWords: true, text: `${head}: ${message}.` };
  const text = failed === null ? message : `${failed}: ${message}`;
  return { ok: false, isOwnWords: false, text, note: `${head}. What was seen of it stands above.` };
}

/** For people, and for a model within a fence. */
export function describeCarried(id: string, { end, failed, message }: CarriedOut): string {
  return `${id} ${WORDS[end]}:${failed === null ? '' : ` ${failed}:`} ${message}.`;
}

const WORDS = {
  held: 'holds',
  refused: 'was not begun',
  'rolled-back': 'was rolled back',
  escalated: 'could be brought neither to the new nor to the old state; leave it to a person',
};
