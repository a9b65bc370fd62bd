import { createApprovals } from '../../approvals/index.ts';
import { carryOut, notesOf, type Plan } from '../../changes/index.ts';
import { endMarked } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { RunEvent } from '../../protocol/event.ts';
import type { ProposedNote } from '../../protocol/knowledge.ts';
import { NO_USAGE } from '../../protocol/model.ts';
import { ending } from '../../protocol/outcome.ts';
import { OPEN_CHANGES, openRunLog } from '../../runs/index.ts';
import { createRecorder, type Recorder } from '../run/recorder.ts';
import type { World } from '../world.ts';
import { changeFolder, openBench } from './change-ports.ts';
import { type ChangeEnding, endingOf } from './ending.ts';
import { lockTargets } from './target-locks.ts';

export interface Recovered {
  run: string;
  change: string;
  title: string | null;
  /** `working`: somebody carries it out right now. `lost`: what it was is not to be read any more. */
  end: 'held' | 'refused' | 'rolled-back' | 'escalated' | 'working' | 'lost';
  failed: string | null;
  message: string;
}

/**
 * Changes that were cut off, each brought to its new or old state, or escalated with the step at which it stands.
 * Without a model. Safe to call again, and by two at once.
 */
export async function recoverChanges(
  world: World,
  signal: AbortSignal,
  onLearned: OnLearned = async () => {},
): Promise<Recovered[]> {
  const marks = await world.store.list(OPEN_CHANGES);
  const recovered: Recovered[] = [];
  for (const { name } of marks) {
    const at = name.lastIndexOf('.');
    if (at <= 0) continue;
    const mark = { run: name.slice(0, at), change: name.slice(at + 1) };
    recovered.push(await recoverOne(world, mark, signal, onLearned));
  }
  return recovered;
}

/** What a change has shown of the machine, once it has its end, and the log that says so. Must not reject. */
type OnLearned = (
  learned: readonly ProposedNote[],
  parts: { run: string; recorder: Recorder },
) => Promise<void>;

/** At boot others wait for it: a check that hangs is not waited for. Each change has this long, milliseconds. */
const RECOVERY_MS = 50_000;

interface Mark {
  run: string;
  change: string;
}

async function recoverOne(
  world: World,
  { run, change }: Mark,
  signal: AbortSignal,
  onLearned: OnLearned,
): Promise<Recovered> {
  const mark = `${OPEN_CHANGES}/${run}.${change}`;
  const told = { run, change, title: null, failed: null };
  const plan = await readPlan(world, { run, change });
  let opened: Awaited<ReturnType<typeof openRunLog>>;
  try {
    opened = await openRunLog({ store: world.store, run, clock: world.clock, mask: (text) => text });
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    const end = error.reason === 'busy' ? 'working' : 'lost';
    return { ...told, title: plan?.planned.change.title ?? null, end, message: error.message };
  }
  const { log, lines } = opened;
  try {
    if (plan === null) {
      return {
        ...told,
        end: 'lost',
        message: `its plan is not to be read: ${changeFolder(run, change)}/plan.json`,
      };
    }
    const { title } = plan.planned.change;
    const events = lines.map(({ event }) => event);
    const ended = events.findLast(
      (event): event is Extract<RunEvent, { type: 'change.ended' }> =>
        event.type === 'change.ended' && event.change === change,
    );
    const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
    recorder.attach(log);
    recorder.recall(events);
    if (ended !== undefined) {
      // It was killed between its end and the removal of the mark.
      await onLearned(ended.learned ?? [], { run, recorder });
      await world.store.remove(mark);
      return { ...told, title, end: ended.end, failed: ended.failed, message: ended.message };
    }
    const locks = await lockTargets(world, plan, run);
    if ('busy' in locks) return { ...told, title, end: 'working', message: locks.busy };
    try {
      const { ports, allow, clear } = await openBench(world, {
        run,
        change,
        recorder,
        isLogged: true,
        signal,
      });
      // What it had started would go on changing what is being put back.
      if (world.env.STEWARD_RUN !== run) await endMarked(`STEWARD_RUN=${run}`);
      recorder.record({ type: 'change.cut', change });
      const byPerson = (await ports.kept.read('grant.json')) === JSON.stringify({ byPerson: true });
      allow({ digest: plan.planned.digest, effect: plan.planned.effect, byPerson });
      const deadline = world.clock.elapsed() + RECOVERY_MS;
      const limited = { ...ports, leftMs: () => deadline - world.clock.elapsed() };
      const done = await carryOut(plan, limited, [...notesOf(events, change), { kind: 'cut-off' }]);
      await onLearned(done.learned, { run, recorder });
      const end = endingOf(done, plan);
      recorder.record({
        type: 'run.closed',
        outcome: ending(end.reason).outcome,
        ...end,
        resumeAt: null,
        turns: 0,
        usage: NO_USAGE,
        costUsd: 0,
        durationMs: 0,
      });
      await recorder.sync();
      await settleApproved(world, { run, change }, events, end);
      await world.store.remove(mark);
      await clear();
      return { run, change, title, end: done.end, failed: done.failed, message: done.message };
    } finally {
      await locks.release();
    }
  } finally {
    log.close();
  }
}

/** Whoever had said yes to it finds what came of it where they said it. */
async function settleApproved(
  world: World,
  { run, change }: Mark,
  events: readonly RunEvent[],
  { reason, message, result }: ChangeEnding,
): Promise<void> {
  const opened = events.find((event) => event.type === 'run.opened');
  const parent = opened?.trigger.parent ?? null;
  const planned = events.findLast((event) => event.type === 'change.planned' && event.change === change);
  const digest = planned?.type === 'change.planned' ? planned.digest : null;
  const approvals = createApprovals(world);
  for (const approval of await approvals.list()) {
    const isItsOwn = approval.run === run && approval.change === change;
    // Another change of the same run may be approved as well, and wait for its turn.
    const isOfParent = approval.run === parent && approval.digest === digest;
    if (approval.state !== 'approved' || !(isItsOwn || isOfParent)) continue;
    const told = { run, outcome: ending(reason).outcome, message: message ?? result ?? '' };
    await approvals.settle(approval.id, { state: 'done', result: told });
  }
}

/** null when it cannot be read: then nothing is known that could be undone. */
async function readPlan(world: World, { run, change }: Mark): Promise<Plan | null> {
  const text = await world.store.readText(`${changeFolder(run, change)}/plan.json`);
  if (text === undefined) return null;
  try {
    // Written whole by us, in a folder that is ours alone.
    return (JSON.parse(text) as { plan: Plan }).plan;
  } catch {
    return null;
  }
}
