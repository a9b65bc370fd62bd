import { sha256 } from '../lib/digest.ts';
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
import { judgeCommit, whyNoCommit } from './commit-branch.ts';
import { canArm, deadManFor } from './dead-man.ts';
import { asCommit, DECLARED_ELSEWHERE, isInWorkTree } from './declared-elsewhere.ts';
import { judgeChecks, judgeSteps, judgeUndos, ownWayBack } from './judge-steps.ts';
import { otherMachine } from './other-machine.ts';
import { ownAccessOf } from './own-access.ts';
import type { DeadMan, Plan, PlanProblem, TargetWork } from './plan.ts';
import type { ChangePorts } from './ports.ts';
import { gatherPreconditions } from './preconditions.ts';
import { quorumChecks } from './quorum.ts';
import { harmOf } from './self-harm.ts';
import { forTarget, nameOf } from './targets.ts';
import { deriveWayBack } from './way-back.ts';
import { checksOf, type Weighed, weigh } from './weigh-plan.ts';

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

function withoutDoubles(preconditions: readonly Precondition[]): Precondition[] {
  const known = new Map<string, Precondition>();
  for (const each of preconditions) {
    const key = `${each.kind} ${each.name}`;
    if (!known.has(key)) known.set(key, each);
  }
  return [...known.values()];
}

function describeStep(step: ChangeStep, action: Action): string {
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
