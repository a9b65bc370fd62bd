import { type CarriedOut, type Plan, planChange, readWrittenChange } from '../../changes/index.ts';
import { printable } from '../../lib/printable.ts';
import type { ParkedChange } from '../../protocol/approval.ts';
import type { Change, PlannedChange } from '../../protocol/change.ts';
import type { ToolOutput } from '../../protocol/tool.ts';
import { proposeLearned } from '../knowledge/propose-learned.ts';
import type { RunScope } from '../run/open-run.ts';
import { createSecondOpinion } from '../run/second-opinion.ts';
import { carryInRun, recordPlan, tellCarried } from './carry-in-run.ts';
import { type ChangeBench, openBench } from './change-ports.ts';
import { failingFiles } from './failing-files.ts';
import { askElsewhere } from './model-elsewhere.ts';
import { park } from './park.ts';
import { shownOf } from './show-plan.ts';
import { gatherStanding, type Standing, standingOf } from './standing.ts';
import { countAttempt, learn } from './trust.ts';

/** The changes of one run that a model asks for: `X1`, `X2`, … Each is granted, left for a person, or refused. */
export function createModelChanges(
  scope: RunScope,
  { source = 'the model', forPerson }: { source?: string; forPerson?: string } = {},
): (written: object, callId: string, signal: AbortSignal) => Promise<ToolOutput> {
  return async (written, callId, signal) => {
    const read = await readWrittenChange(written);
    if ('problems' in read) return failed(read.problems);
    const id = `X${scope.recorder.next().change}`;
    const bench = await openBench(scope.world, {
      run: scope.run,
      change: id,
      recorder: scope.recorder,
      isLogged: true,
      signal,
      denied: scope.request.denied,
      isAttended: scope.attendance !== null,
      source,
    });
    const second = createSecondOpinion(scope.world, {
      recorder: scope.recorder,
      processes: scope.processes,
      gate: () => bench.gate,
      signal,
    });
    const { judge } = bench.ports;
    bench.ports.judge = async (action) => second(await judge(action));
    const made = await planChange(read.change, { id, invariants: scope.goal?.invariants ?? [] }, bench.ports);
    const elsewhere = await askElsewhere(scope, bench, made, { id, change: read.change }, signal);
    if (elsewhere !== null) return elsewhere;
    if ('problems' in made) {
      return failed(made.problems.map(({ field, message }) => `${field}: ${bench.ports.mask(message)}`));
    }
    recordPlan(scope.recorder, made.plan);
    const asked = { plan: made.plan, change: read.change, callId, source, forPerson };
    return settle(scope, bench, asked, signal);
  };
}

/** Kept with what waits: whoever says yes later does not read the goal again. */
function invariantsOf({ goal }: RunScope): Pick<ParkedChange, 'invariants'> {
  return goal === null || goal.invariants.length === 0 ? {} : { invariants: goal.invariants };
}

interface Asked {
  plan: Plan;
  change: Change;
  callId: string;
  source: string;
  /** Why nobody but a person may say yes, whatever the run may do by itself. */
  forPerson: string | undefined;
}

async function settle(
  scope: RunScope,
  bench: ChangeBench,
  { plan, change, callId, source, forPerson }: Asked,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const { planned } = plan;
  const own = standingOf(await gatherStanding(scope, { plan, bench }));
  const standing = forPerson !== undefined && own.kind === 'grant' ? leaveTo(scope, forPerson) : own;
  if (standing.kind === 'refuse') return refused(standing.why);
  const failing = standing.kind === 'grant' ? [] : await failingFiles(plan, bench);
  if (failing.length > 0) return malformed(failing);
  if (standing.kind === 'ask') {
    const answer = await askPerson(scope, plan, callId, standing.why, signal);
    if (answer !== null) return answer;
    // An answer takes its time: what was shown is what is done, or nothing.
    const again = await planChange(
      change,
      { id: planned.id, invariants: scope.goal?.invariants ?? [] },
      bench.ports,
    );
    if (!('plan' in again) || again.plan.planned.digest !== planned.digest) {
      return failed([
        'what it rests on changed while the operator was asked: look again, and propose it anew',
      ]);
    }
  }
  if (standing.kind === 'park') {
    const parked = await park(scope.world, {
      run: scope.run,
      planned,
      change,
      source,
      ...invariantsOf(scope),
    });
    if (parked.approval !== null) {
      const { id: approval, expiresAt } = parked.approval;
      scope.recorder.record({ type: 'change.parked', change: planned.id, approval, expiresAt });
    }
    return {
      ok: false,
      isOwnWords: true,
      isRefused: true,
      text: `Not done now: ${standing.why}. ${parked.message}. Go on with what is left, and name ${planned.id} in the report; do not propose it again.`,
    };
  }
  if (scope.attendance === null) await countAttempt(scope.world, plan);
  return carry(scope, bench, plan, standing.kind === 'ask');
}

function leaveTo({ attendance, request }: RunScope, why: string): Standing {
  if ((attendance?.mode() ?? request.mode) === 'dontAsk') return { kind: 'refuse', why };
  return { kind: attendance === null ? 'park' : 'ask', why };
}

/** null: yes. Otherwise what the model is told. */
async function askPerson(
  { attendance, recorder, world }: RunScope,
  plan: Plan,
  callId: string,
  why: string,
  signal: AbortSignal,
): Promise<ToolOutput | null> {
  const { id, change, effect, steps, undo, origins = [] } = plan.planned;
  if (attendance === null) throw new Error('nobody is there to be asked');
  // A step of several lines must not look like several steps.
  const inOne = (text: string): string => text.replaceAll('\n', '\n   | ');
  const lines = steps.map(
    (step, index) => `${index + 1}. ${inOne(step)}\n   back: ${inOne(undo[index] ?? 'CANNOT BE UNDONE')}`,
  );
  if (lines.some((text) => printable(text) !== text)) {
    return refused('it holds characters that cannot be shown, so nobody can say yes to it');
  }
  const question = {
    id: `Q${recorder.next().question}`,
    step: callId,
    command: world.masker.mask(`${id} ${change.title}\n${lines.join('\n')}`),
    cwd: world.cwd,
    ...shownOf(plan, world.masker.mask),
    effect,
    target: { kind: 'none' as const, name: world.masker.mask(change.title) },
    rule: 'change',
    reason: why,
    origins,
    offer: null,
    wantsTerminal: false,
  };
  recorder.record({ type: 'step.asked', step: callId, question });
  await recorder.sync();
  const answer = await attendance.asker.ask(question, signal);
  attendance.settle(question.id, null);
  const comment = answer.kind === 'deny' ? answer.comment : null;
  recorder.record({
    type: 'step.answered',
    step: callId,
    question: question.id,
    answer: answer.kind,
    comment,
    rule: null,
  });
  if (answer.kind !== 'deny') return null;
  return refused(comment === null ? 'the operator said no' : `the operator said no: ${comment}`);
}

async function carry(
  scope: RunScope,
  bench: ChangeBench,
  plan: Plan,
  byPerson: boolean,
): Promise<ToolOutput> {
  const { planned } = plan;
  const done = await carryInRun(scope, bench, plan, byPerson);
  if ('busy' in done) return refused(done.busy);
  await proposeLearned(scope, done.learned);
  await remember(scope, planned, done, byPerson);
  return tellCarried(planned.id, done);
}

/** What a goal did by itself says how far it can be left alone; what a person approved says nothing of that. */
async function remember(
  { world, goal, run, recorder, attendance }: RunScope,
  { id, change }: PlannedChange,
  { end, message }: CarriedOut,
  byPerson: boolean,
): Promise<void> {
  if (goal === null || byPerson || attendance !== null || end === 'refused') return;
  const why = `${id} "${change.title}": ${message}`;
  const remark = await learn(world, goal.name, { run, held: end === 'held', why });
  const text =
    end === 'held'
      ? remark
      : `${goal.name} only proposes from now on, since its change did not hold: steward autonomy raise ${goal.name}`;
  if (text !== null) recorder.record({ type: 'notice.given', level: 'warning', text });
}

function failed(problems: readonly string[]): ToolOutput {
  return {
    ok: false,
    isOwnWords: true,
    text: `Not begun, nothing was done. ${problems.join('\n')}`,
  };
}

function malformed(failing: readonly string[]): ToolOutput {
  return {
    ok: false,
    isOwnWords: false,
    text: failing.join('\n'),
    note: 'Not begun, nothing was done, and nobody was asked: what checks the files says what stands above. Correct it, and propose it again.',
  };
}

function refused(why: string): ToolOutput {
  return {
    ok: false,
    isOwnWords: true,
    isRefused: true,
    text: `Not done: ${why}. Propose it in the report instead.`,
  };
}
