import { OpsError } from '../lib/ops-error.ts';
import type { Action } from '../protocol/action.ts';
import { describeAction } from '../protocol/action.ts';
import type { Change, ChangeStep, Expectation } from '../protocol/change.ts';
import type { TypedWork } from '../protocol/typed-call.ts';
import type { Judgement } from '../protocol/verdict.ts';
import { aidsFor } from './call-aids.ts';
import { describeBack } from './describe.ts';
import { createFutureFiles, type FutureFile, type FutureFiles } from './future-files.ts';
import type { PlanProblem } from './plan.ts';
import type { ChangePorts } from './ports.ts';
import type { JudgedStep, WayBack } from './way-back.ts';
import type { Weighed } from './weigh-plan.ts';

/** Steps on copies of files in memory, each judged; what is against them is added to `problems`. */
export async function judgeSteps(
  id: string,
  steps: readonly ChangeStep[],
  field: string,
  past: ReadonlyMap<string, string | null>,
  problems: PlanProblem[],
  ports: ChangePorts,
): Promise<{ steps: JudgedStep[]; files: FutureFile[] }> {
  const files = createFutureFiles(id, past, ports);
  const judged: JudgedStep[] = [];
  for (const [index, step] of steps.entries()) {
    const place = `${field}[${index}]`;
    try {
      const typed =
        step.kind === 'call' ? await planCall(`${id}.${field}${index + 1}`, step, files, ports) : null;
      const action = await actionOf(step, typed, files, ports);
      const judgement = await ports.judge(action);
      if (judgement.verdict === 'deny') {
        problems.push({ field: place, message: `${judgement.reason} (${judgement.rule})` });
      }
      judged.push({ step, action: judgement.action, judgement, typed });
    } catch (error) {
      if (!(error instanceof OpsError)) throw error;
      problems.push({ field: place, message: error.message, code: error.code });
    }
  }
  return { steps: judged, files: files.all() };
}

async function actionOf(
  step: ChangeStep,
  typed: TypedWork | null,
  files: FutureFiles,
  ports: ChangePorts,
): Promise<Action> {
  switch (step.kind) {
    case 'run':
      return ports.toAction(step.line, ports.cwd);
    case 'edit':
    case 'write':
      return { kind: 'write', ...(await files.take(step)) };
    case 'call': {
      if (typed === null) throw new Error('a call was not planned');
      return { kind: 'process', argv: typed.argv, cwd: typed.cwd };
    }
  }
}

async function planCall(
  id: string,
  { tool, input }: Extract<ChangeStep, { kind: 'call' }>,
  files: FutureFiles,
  ports: ChangePorts,
): Promise<TypedWork> {
  const work = await ports.typed.plan(tool, input, aidsFor(id, files, ports));
  if ('problem' in work) throw new OpsError(work.code ?? 'bad-change', 'input', work.problem);
  return work;
}

/** A check that is not known to only look counts with its effect: it is granted with the rest, or not done. */
export async function judgeChecks(
  id: string,
  change: Change,
  /** How many checks of `verify` are its own; behind them stand the goal's invariants. */
  ownChecks: number,
  problems: PlanProblem[],
  ports: ChangePorts,
): Promise<Judgement[]> {
  const judged: Judgement[] = [];
  for (const field of ['preflight', 'verify'] as const) {
    for (const [index, { what }] of change[field].entries()) {
      const action = await actionOfCheck(`${id}.${field}${index + 1}`, what, ports);
      if (action === null) continue;
      if ('problem' in action) {
        problems.push({ field: `${field}[${index}]`, message: action.problem });
        continue;
      }
      const judgement = await ports.judge(action);
      judged.push(judgement);
      if (judgement.verdict === 'deny') {
        problems.push({
          field:
            field === 'verify' && index >= ownChecks
              ? `invariants[${index - ownChecks}] of the goal`
              : `${field}[${index}]`,
          message: `${judgement.reason} (${judgement.rule})`,
        });
      }
    }
  }
  return judged;
}

/** What typed tools would run on the way back: a grant has to reach so far. */
export async function judgeUndos(steps: readonly JudgedStep[], ports: ChangePorts): Promise<Weighed[]> {
  const commands = steps.flatMap(({ typed }) =>
    (typed?.undo?.commands ?? []).map((argv) => ({ argv, cwd: typed?.cwd ?? ports.cwd })),
  );
  return Promise.all(
    commands.map(async ({ argv, cwd }) => ({
      judgement: await ports.judge({ kind: 'process', argv, cwd }),
      isWrite: false,
    })),
  );
}

/** null: nothing that policy would judge beforehand. */
async function actionOfCheck(
  id: string,
  what: Expectation['what'],
  ports: ChangePorts,
): Promise<Action | { problem: string } | null> {
  switch (what.kind) {
    case 'run':
      return ports.toAction(what.line, ports.cwd);
    case 'http':
      return { kind: 'fetch', method: 'GET', url: what.url };
    case 'call': {
      const work = await ports.typed.look(what.tool, what.input, aidsFor(id, null, ports));
      return 'problem' in work ? work : { kind: 'process', argv: work.argv, cwd: work.cwd };
    }
    default:
      return null;
  }
}

/** An operator's own steps come after the files are back: what they run reads the old ones. */
export async function ownWayBack(
  id: string,
  steps: readonly ChangeStep[],
  derived: WayBack,
  problems: PlanProblem[],
  ports: ChangePorts,
): Promise<WayBack & { judged: Weighed[] }> {
  const own: WayBack['steps'] = [];
  const judged: Weighed[] = [];
  for (const [index, step] of steps.entries()) {
    const field = `rollback[${index}]`;
    if (step.kind === 'edit') {
      problems.push({
        field,
        message: 'a rollback runs commands and writes files; edits go back by themselves',
      });
      continue;
    }
    const isWrite = step.kind === 'write';
    const file = isWrite ? await ports.files.resolve(step.file, ports.cwd) : '';
    const work =
      step.kind === 'call'
        ? await ports.typed.look(step.tool, step.input, aidsFor(`${id}.${field}`, null, ports))
        : null;
    if (work !== null && 'problem' in work) {
      problems.push({ field, message: work.problem });
      continue;
    }
    const judgement = await ports.judge(
      step.kind === 'write'
        ? { kind: 'write', path: file, content: step.text, expects: null }
        : step.kind === 'run'
          ? ports.toAction(step.line, ports.cwd)
          : { kind: 'process', argv: work?.argv ?? [], cwd: work?.cwd ?? ports.cwd },
    );
    if (judgement.verdict === 'deny') {
      problems.push({ field, message: `${judgement.reason} (${judgement.rule})` });
    }
    judged.push({ judgement, isWrite });
    if (isWrite) own.push({ kind: 'put', file, text: step.text });
    else if (work !== null) own.push({ kind: 'call', work, action: judgement.action });
    else own.push({ kind: 'do', text: describeAction(judgement.action), action: judgement.action });
  }
  const restores = derived.steps.filter(({ kind }) => kind === 'restore');
  const given = own.map((step) => (step.kind === 'put' ? putText(step) : describeBack(step)));
  // A rollback without a step brings nothing back.
  const byGiven = given.length === 0 ? null : 'by the rollback that was given';
  const undo = derived.undo.map((known, index) => {
    if (index > 0) return known ?? byGiven;
    const words = [...(known === null ? [] : [known]), ...given];
    return words.length === 0 ? null : words.join('; then ');
  });
  return { steps: [...restores, ...own], undo, judged };
}

function putText({ file, text }: { file: string; text: string }): string {
  return describeAction({ kind: 'write', path: file, content: text, expects: null });
}
