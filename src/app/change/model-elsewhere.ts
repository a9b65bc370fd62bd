import type { Plan, PlanProblem } from '../../changes/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Change } from '../../protocol/change.ts';
import type { ToolOutput } from '../../protocol/tool.ts';
import { executorOf } from '../executor/client.ts';
import type { RunScope } from '../run/open-run.ts';
import type { ChangeBench } from './change-ports.ts';
import { isOnlyUnreadable, needsRoot } from './needs-root.ts';
import { standingOf } from './standing.ts';
import { askForChange, type EndedElsewhere } from './through-executor.ts';

/** What a model asked for that this process has no right to do itself; null: it is done here, or not at all. */
export async function askElsewhere(
  scope: RunScope,
  bench: ChangeBench,
  made: { plan: Plan } | { problems: PlanProblem[] },
  { id, change }: { id: string; change: Change },
  signal: AbortSignal,
): Promise<ToolOutput | null> {
  const { world, recorder, run } = scope;
  const socket = executorOf(world, { isAttended: scope.attendance !== null });
  if (socket === null || !(await isForRoot(made, bench))) return null;
  const doubts =
    'plan' in made ? made.plan.planned.doubts : ['nobody here can read what it is about, to weigh its words'];
  try {
    const ended = await askForChange({
      world,
      recorder,
      run,
      id,
      change,
      invariants: scope.goal?.invariants ?? [],
      socket,
      goesOn: scope.goal !== null,
      signal,
      whyOnlyPropose(plan) {
        // What is true of the machine is weighed by the executor, with its own settings; here counts what this run may.
        const standing = standingOf({
          plan: { ...plan, doubts: [...doubts, ...plan.doubts] },
          autonomy: scope.autonomy,
          mode: scope.attendance?.mode() ?? scope.request.mode,
          isAttended: false,
          isDurable: world.store.kind === 'disk',
          hasCommands: true,
          isConfined: true,
          opensAt: null,
          attempts: 0,
          operator: null,
        });
        if (standing.kind === 'grant') return null;
        return { kind: standing.kind === 'refuse' ? 'refuse' : 'park', why: standing.why };
      },
    });
    return outputOf(id, ended);
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'no-connection') throw error;
    if (world.settings.executor !== 'auto') return refused(`${error.message} (${error.hint})`);
    recorder.record({ type: 'notice.given', level: 'warning', text: `${error.message}: ${error.hint}` });
    return null;
  } finally {
    await bench.clear();
  }
}

export async function isForRoot(
  made: { plan: Plan } | { problems: PlanProblem[] },
  { ports }: Pick<ChangeBench, 'ports'>,
): Promise<boolean> {
  if ('problems' in made) return isOnlyUnreadable(made.problems);
  const actions = made.plan.work.flatMap(({ steps }) => steps.map(({ action }) => action));
  return needsRoot(actions, ports.judge);
}

function outputOf(id: string, ended: EndedElsewhere): ToolOutput {
  switch (ended.kind) {
    case 'ended':
      return {
        ok: ended.end === 'held',
        text: `${id}, through the executor: ${WORDS[ended.end]}: ${ended.message}.`,
        isOwnWords: true,
      };
    case 'parked': {
      const until = new Date(ended.approval.expiresAt).toISOString();
      return {
        ok: false,
        isOwnWords: true,
        isRefused: true,
        text: `Not done now: ${ended.why}. It waits at the executor as ${ended.approval.id} until ${until}: somebody else answers it with steward approvals. Go on with what is left, and name ${id} in the report; do not propose it again.`,
      };
    }
    case 'refused':
      return refused(ended.message);
  }
}

const WORDS = {
  held: 'it holds',
  refused: 'it was not begun',
  'rolled-back': 'it was rolled back',
  escalated: 'neither the new nor the old state is proved; leave it to a person',
};

function refused(why: string): ToolOutput {
  return {
    ok: false,
    isOwnWords: true,
    isRefused: true,
    text: `Not done: ${why}. Propose it in the report instead.`,
  };
}
