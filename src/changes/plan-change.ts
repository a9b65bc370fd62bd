import { sha256 } from '../lib/digest.ts';
import { OpsError } from '../lib/ops-error.ts';
import { printable } from '../lib/printable.ts';
import type { Action } from '../protocol/action.ts';
import { describeAction } from '../protocol/action.ts';
import type {
  Change,
  ChangeStep,
  ChangeTarget,
  Expectation,
  PlannedChange,
  Precondition,
} from '../protocol/change.ts';
import type { TypedWork } from '../protocol/typed-call.ts';
import type { Judgement } from '../protocol/verdict.ts';
import { aidsFor } from './call-aids.ts';
import { judgeCommit, whyNoCommit } from './commit-branch.ts';
import { canArm, deadManFor } from './dead-man.ts';
import { asCommit, DECLARED_ELSEWHERE, isInWorkTree } from './declared-elsewhere.ts';
import { describeBack } from './describe.ts';
import { createFutureFiles, type FutureFile, type FutureFiles } from './future-files.ts';
import { otherMachine } from './other-machine.ts';
import { ownAccessOf } from './own-access.ts';
import type { DeadMan, Plan, TargetWork } from './plan.ts';
import type { ChangePorts } from './ports.ts';
import { gatherPreconditions } from './preconditions.ts';
import { quorumChecks } from './quorum.ts';
import { harmOf } from './self-harm.ts';
import { forTarget, nameOf } from './targets.ts';
import { deriveWayBack, type JudgedStep, type WayBack } from './way-back.ts';
import { checksOf, type Weighed, weigh } from './weigh-plan.ts';

/** Why there is no plan: the field, and what is wrong with it. */
export interface PlanProblem {
  /** `apply[1]` */
  field: string;
  message: string;
  /** Of what a file or a tool had against it: `unreadable`. Absent for what policy said. */
  code?: string;
}

export interface PlanOptions {
  /** `X1` */
  id: string;
  /** Of the goal: what has to be true after every change. */
  invariants: readonly Expectation[];
}

type Planned = { plan: Plan } | { problems: PlanProblem[] };

/**
 * Looks at everything, does nothing. All problems are found at once. What would be applied although somebody else applies
 * it from a repository is planned as a commit there instead, where its files are in one.
 */
export async function planChange(change: Change, options: PlanOptions, ports: ChangePorts): Promise<Planned> {
  const made = await planAsWritten(change, options, ports);
  if ('plan' in made || !made.problems.every(({ code }) => code === DECLARED_ELSEWHERE)) return made;
  const commit = asCommit(change, made.problems);
  if (commit === null) return made;
  const other = await planAsWritten(commit, options, ports);
  if (!('plan' in other) || !isInWorkTree(other.plan)) return made;
  const stops = await whyNoCommit(other.plan, ports);
  if (stops === null) return other;
  return { problems: made.problems.map((one) => ({ ...one, message: `${one.message}; here ${stops}` })) };
}

async function planAsWritten(
  change: Change,
  { id, invariants }: PlanOptions,
  ports: ChangePorts,
): Promise<Planned> {
  const problems: PlanProblem[] = [];
  const work: TargetWork[] = [];
  const undo: (string | null)[] = [];
  const weighed: Weighed[] = [];
  if (/\n/.test(change.title) || printable(change.title) !== change.title) {
    problems.push({ field: 'title', message: 'must be one line of plain text' });
  }
  const past = new Map<string, string | null>();
  for (const [index, target] of targetsOf(change).entries()) {
    problems.push(...otherMachine(change, target, ports.hostname));
    const plain = forTarget(change, target);
    const own = { ...plain, verify: [...plain.verify, ...invariants] };
    const judged = await judgeSteps(`${id}.${index + 1}`, own.apply, 'apply', past, problems, ports);
    const checked = await judgeChecks(`${id}.${index + 1}`, own, plain.verify.length, problems, ports);
    const derived = deriveWayBack(judged.steps, judged.files);
    const back =
      own.rollback === 'auto'
        ? { ...derived, judged: [] }
        : await ownWayBack(`${id}.${index + 1}`, own.rollback, derived, problems, ports);
    undo.push(...back.undo);
    weighed.push(
      ...(await judgeUndos(judged.steps, ports)),
      ...judged.steps.map(({ action, judgement }) => ({ judgement, isWrite: action.kind === 'write' })),
      ...checked.map((judgement) => ({ judgement, isWrite: false })),
      ...back.judged,
    );
    const files = judged.files;
    const touched = ownAccessOf(judged.steps, files);
    const deadMan = deadManFor(touched, own.verify, ports.deadManMs);
    if (deadMan !== null) weighed.push(weighDeadMan(deadMan, await canArm(ports)));
    work.push({
      name: nameOf(target),
      preflight: [...own.preflight, ...quorumChecks(judged.steps)],
      steps: judged.steps.map(({ step, action, typed }) => ({
        text: typed?.text ?? describeStep(step, action),
        action,
        typed,
      })),
      verify: own.verify,
      back: back.steps,
      files,
      deadMan,
      preconditions: withoutDoubles([
        ...(await gatherPreconditions(`${id}.${index + 1}`, judged.steps, files, ports)),
        ...judged.steps.flatMap(({ typed }) => typed?.preconditions ?? []),
      ]),
    });
    for (const file of files) past.set(file.path, file.after);
  }
  const commit = await judgeCommit(change, ports);
  if (commit !== null) weighed.push({ judgement: commit, isWrite: false });
  if (commit?.verdict === 'deny') problems.push({ field: 'git', message: commit.reason });
  if (problems.length > 0) return { problems };
  return {
    plan: {
      planned: planned(
        id,
        change,
        work,
        { undo, ...weigh(weighed, harmOf(change, work, ports.ground)) },
        ports,
      ),
      work,
    },
  };
}

/** Whoever changes how a machine is reached may cut off the one who says yes: it asks, however small the edit is. */
function weighDeadMan({ why, afterS }: DeadMan, isArmed: boolean): Weighed {
  const armed = isArmed
    ? `a timer of systemd brings the old state back after ${afterS} s unless it is verified`
    : 'without systemd nothing brings it back by itself';
  return {
    judgement: {
      verdict: 'ask',
      effect: 'disruptive',
      rule: 'own-access',
      reason: `this machine is reached by ${why.join(', ')}: ${armed}`,
      target: { kind: 'host', name: 'localhost' },
      action: { kind: 'process', argv: ['systemd-run'], cwd: '/' },
    },
    isWrite: false,
  };
}

/** `null` stands for a change that names nothing: it is carried out once, on this machine. */
function targetsOf(change: Change): (ChangeTarget | null)[] {
  const isPerTarget = JSON.stringify([change.preflight, change.apply, change.verify]).includes('{target}');
  return isPerTarget && change.targets.length > 0 ? change.targets : [change.targets[0] ?? null];
}

async function judgeSteps(
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
async function judgeChecks(
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
async function judgeUndos(steps: readonly JudgedStep[], ports: ChangePorts): Promise<Weighed[]> {
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
async function ownWayBack(
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

function withoutDoubles(preconditions: readonly Precondition[]): Precondition[] {
  const known = new Map<string, Precondition>();
  for (const each of preconditions) {
    const key = `${each.kind} ${each.name}`;
    if (!known.has(key)) known.set(key, each);
  }
  return [...known.values()];
}

export function describeStep(step: ChangeStep, action: Action): string {
  switch (step.kind) {
    case 'run':
      return describeAction(action);
    case 'edit':
      return `edit ${action.kind === 'write' ? action.path : step.file}`;
    case 'write':
      return describeAction(action);
    case 'call':
      return step.tool;
  }
}

function planned(
  id: string,
  change: Change,
  work: readonly TargetWork[],
  { effect, undo, doubts, origins = [] }: Pick<PlannedChange, 'effect' | 'undo' | 'doubts' | 'origins'>,
  { mask }: ChangePorts,
): PlannedChange {
  const preconditions = work.flatMap((target) => target.preconditions);
  return {
    id,
    change,
    effect,
    steps: work.flatMap(({ name, steps }) =>
      steps.map(({ text }) => mask(work.length > 1 ? `${name}: ${text}` : text)),
    ),
    doubts: doubts.map(mask),
    undo: undo.map((text) => (text === null ? null : mask(text))),
    checks: checksOf(work).map(mask),
    origins: origins.map(({ word, source }) => ({ word: mask(word), source: mask(source) })),
    preconditions,
    digest: sha256(JSON.stringify([change, work, preconditions])),
  };
}
