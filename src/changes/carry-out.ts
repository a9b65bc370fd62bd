import { lastingFix } from '../lib/lasting-fix.ts';
import { type Action, describeAction } from '../protocol/action.ts';
import type { ChangeEnd, ChangePhase, Expectation, PlannedChange } from '../protocol/change.ts';
import type { ProposedNote } from '../protocol/knowledge.ts';
import type { Lesson, TypedWork } from '../protocol/typed-call.ts';
import { checkFiles } from './check-files.ts';
import { commitOnBranch } from './commit-branch.ts';
import { armDeadMan, canArm, confirmDeadMan } from './dead-man.ts';
import { textOf } from './describe.ts';
import { awaitExpectation, type Looked, lookOnce } from './expectations.ts';
import type { FileCheck } from './file-check.ts';
import { goBack } from './go-back.ts';
import { keepState, lookBack } from './kept-state.ts';
import type { Plan, TargetWork } from './plan.ts';
import type { ChangePorts } from './ports.ts';
import { runStep } from './run-step.ts';
import { type ChangeNote, type Next, nextOf, type StepCounts } from './transaction.ts';
import { runCall } from './typed-steps.ts';

export interface CarriedOut {
  end: ChangeEnd;
  /** Index of the target at which it ended. */
  target: number;
  /** In words; null when nothing failed. */
  failed: string | null;
  message: string;
  /** What it has shown of the machine; masked. */
  learned: ProposedNote[];
}

/**
 * Carries a change out, or on: `notes` is what its log says so far. Every step is in the log before it is begun. Ends
 * in the new state, in the old state, or with an escalation that names the step.
 */
export async function carryOut(
  plan: Plan,
  ports: ChangePorts,
  notes: readonly ChangeNote[] = [],
): Promise<CarriedOut> {
  const { planned, work } = plan;
  const known = [...notes];
  const details = new Map<string, string>();
  const lessons = new Map<string, Lesson>();
  const counts = countsOf(work);
  for (;;) {
    const next = nextOf(work.length, counts, known);
    if (next.do === 'end') {
      if (next.end !== 'escalated') await disarm(plan, wayBackPorts(ports));
      // Before the end is noted: cut off in between, it is done by whoever takes the change up again.
      const kept = next.end === 'held' ? await commitOnBranch(plan, ports) : null;
      return end(plan, next, { details, kept, lessons: [...lessons.values()] }, ports);
    }
    const target = work[next.target];
    if (target === undefined) throw new Error(`there is no target ${next.target}`);
    const { phase, index } = next;
    const place = { change: planned.id, target: next.target, phase, index };
    ports.record({ type: 'change.began', ...place, text: ports.mask(textOf(target, phase, index)) });
    await ports.sync();
    known.push({ kind: 'began', target: next.target, phase, index });
    const startedMs = ports.clock.elapsed();
    const looked = await perform(target, place, isBack(phase) ? wayBackPorts(ports) : ports);
    const durationMs = Math.round(ports.clock.elapsed() - startedMs);
    const detail = ports.mask(looked.detail);
    ports.record({ type: 'change.finished', ...place, ok: looked.ok, detail, durationMs });
    known.push({ kind: 'finished', target: next.target, phase, index, ok: looked.ok });
    details.set(keyOf(next), detail);
    if (looked.lesson != null) lessons.set(looked.lesson.note.title, looked.lesson);
  }
}

/** All targets go through the same steps. */
export function countsOf(all: readonly TargetWork[]): StepCounts {
  const work = all[0];
  const checks = work?.verify.length ?? 0;
  const hasDeadMan = all.some(({ deadMan }) => hasTimer(deadMan));
  return {
    check: 1,
    preflight: work?.preflight.length ?? 0,
    baseline: checks,
    keep: hasDeadMan ? 2 : 1,
    apply: work?.steps.length ?? 0,
    verify: checks,
    confirm: confirmsOf(work).length + (hasDeadMan ? 1 : 0),
    rollback: work?.back.length ?? 0,
    'verify-rollback': 1 + checks,
  };
}

/** A state is proved: a timer that went off later would bring back what is old by then. */
async function disarm({ planned, work }: Plan, ports: ChangePorts): Promise<void> {
  for (const [index, { deadMan }] of work.entries()) {
    if (hasTimer(deadMan)) await confirmDeadMan(`${planned.id}.${index + 1}.disarm`, index, ports);
  }
}

/** Plans of older releases say nothing of it. */
function hasTimer(deadMan: TargetWork['deadMan'] | undefined): boolean {
  return deadMan !== null && deadMan !== undefined;
}

/** What makes the calls of `apply` last, once they are verified. */
function confirmsOf(work: TargetWork | undefined): { action: Action; typed: TypedWork }[] {
  return (work?.steps ?? []).flatMap(({ typed }) => {
    const argv = typed?.confirm ?? null;
    return typed == null || argv === null
      ? []
      : [{ typed, action: { kind: 'process' as const, argv, cwd: typed.cwd } }];
  });
}

function isBack(phase: ChangePhase): boolean {
  return phase === 'rollback' || phase === 'verify-rollback';
}

/** A way back goes on when whoever carries it out is told to stop: half a change is worse than either state. */
function wayBackPorts(ports: ChangePorts): ChangePorts {
  return { ...ports, origin: 'rollback', signal: new AbortController().signal };
}

interface Place {
  change: string;
  target: number;
  phase: ChangePhase;
  index: number;
}

async function perform(
  target: TargetWork,
  place: Place,
  ports: ChangePorts,
): Promise<Looked & { lesson?: Lesson | null }> {
  const { phase, index } = place;
  const step = `${place.change}.${place.target + 1}.${phase}${index + 1}`;
  switch (phase) {
    case 'check':
      return checkAll(step, target, ports);
    case 'preflight':
      return awaitExpectation(step, at(target.preflight, index), ports);
    case 'baseline': {
      const seen = await lookOnce(step, at(target.verify, index), ports);
      await ports.kept.write(baselineName(place.target, index), JSON.stringify(seen.ok));
      return { ok: seen.ok, detail: seen.detail };
    }
    case 'keep':
      if (index > 0) return arm(step, place.target, target, ports);
      return (await holdBack(target, ports)) ?? keepState(step, place.target, target.back, ports);
    case 'apply':
      return applyStep(step, target.steps[index], ports);
    case 'verify':
      return awaitExpectation(step, at(target.verify, index), ports);
    case 'confirm': {
      const confirm = confirmsOf(target)[index];
      if (confirm !== undefined) return runCall(step, confirm.action, confirm.typed, ports);
      return hasTimer(target.deadMan)
        ? confirmDeadMan(step, place.target, ports)
        : { ok: true, detail: 'nothing to confirm' };
    }
    case 'rollback':
      return goBack(step, place.target, target.back[index], ports);
    case 'verify-rollback':
      return index === 0
        ? lookBack(step, place.target, target, ports)
        : baselineAgain(step, place.target, target, index - 1, ports);
  }
}

function applyStep(
  step: string,
  work: TargetWork['steps'][number] | undefined,
  ports: ChangePorts,
): ReturnType<typeof runCall> {
  const typed = work?.typed ?? null;
  return work === undefined || typed === null
    ? runStep(step, work, ports)
    : runCall(step, work.action, typed, ports);
}

/**
 * Right before anything is applied: is steward paused, is one of the targets kept by somebody, would a step be refused?
 * The way back is open to whoever is told to stop, so what it was given to do is asked about here, and not on it.
 */
async function holdBack({ steps, back }: TargetWork, ports: ChangePorts): Promise<Looked | null> {
  const given = back.flatMap((step): { text: string; action: Action }[] => {
    if ('action' in step) return [{ text: describeAction(step.action), action: step.action }];
    if (step.kind !== 'put') return [];
    const { file: path, text: content } = step;
    return [{ text: `write ${path}`, action: { kind: 'write', path, content, expects: null } }];
  });
  for (const { text, action } of [...steps, ...given]) {
    const why = await ports.foresee(action);
    if (why !== null) return { ok: false, detail: `${text}: ${why}` };
  }
  return null;
}

async function arm(step: string, index: number, target: TargetWork, ports: ChangePorts): Promise<Looked> {
  if (target.deadMan === null) return { ok: true, detail: 'nothing to arm' };
  if (!(await canArm(ports))) {
    // Who said yes was told so.
    return { ok: true, detail: 'there is no systemd here to bring it back by itself' };
  }
  return armDeadMan(step, index, target, target.deadMan, ports);
}

async function checkAll(step: string, target: TargetWork, ports: ChangePorts): Promise<Looked> {
  const checks = await checkFiles(step, target.files, target.name, ports);
  const bad = checks.filter(({ ok }) => ok === false);
  if (bad.length > 0) {
    return {
      ok: false,
      detail: bad.map(({ path, by, detail }) => `${path} (${by}): ${detail}`).join('\n'),
    };
  }
  return {
    ok: true,
    detail: checks.map(describeCheck).join(', ') || 'nothing to check',
  };
}

function describeCheck({ path, by, ok, detail }: FileCheck): string {
  return ok === null ? `${path}: not checked by ${by}: ${detail}` : `${path}: ${by}`;
}

/** What was true before has to be true again; what was not is not asked of an old state. */
async function baselineAgain(
  step: string,
  targetIndex: number,
  target: TargetWork,
  index: number,
  ports: ChangePorts,
): Promise<Looked> {
  const before = await ports.kept.read(baselineName(targetIndex, index));
  if (before !== 'true') return { ok: true, detail: 'it was not so before either' };
  const expectation = at(target.verify, index);
  // What is started again takes as long as what was started first.
  const withinMs = Math.max(expectation.withinMs, 10_000);
  return awaitExpectation(step, { ...expectation, withinMs }, ports);
}

function baselineName(target: number, index: number): string {
  return `target-${target + 1}/baseline-${index + 1}.json`;
}

function at(expectations: readonly Expectation[], index: number): Expectation {
  const found = expectations[index];
  if (found === undefined) throw new Error(`there is no check ${index}`);
  return found;
}

function end(
  { planned, work }: Plan,
  next: Extract<Next, { do: 'end' }>,
  {
    details,
    kept,
    lessons,
  }: { details: ReadonlyMap<string, string>; kept: Looked | null; lessons: readonly Lesson[] },
  ports: ChangePorts,
): CarriedOut {
  const target = work[next.target];
  const failed =
    next.failed === null || target === undefined
      ? null
      : ports.mask(
          `${next.failed.phase} ${next.failed.index + 1}: ${textOf(target, next.failed.phase, next.failed.index)}`,
        );
  const why =
    next.failed === null
      ? null
      : (details.get(keyOf({ target: next.target, ...next.failed })) ?? 'nobody saw how it ended');
  const insteadOf = next.end === 'held' ? planned.change.git?.insteadOf : undefined;
  const told = why === null ? (insteadOf ?? MESSAGES[next.end]) : `${why}; ${MESSAGES[next.end]}`;
  const shown = next.end === 'held' ? lessons.map(({ says }) => `; ${ports.mask(says)}`).join('') : '';
  const message = next.end === 'held' ? `${told}${shown}${lastingNote(planned, kept)}` : told;
  const learned = lessons.map(({ note }) => maskNote(note, ports));
  ports.record({
    type: 'change.ended',
    change: planned.id,
    end: next.end,
    failed,
    message,
    ...(learned.length === 0 ? {} : { learned }),
  });
  return { end: next.end, target: next.target, failed, message, learned };
}

function maskNote(note: ProposedNote, { mask }: ChangePorts): ProposedNote {
  return { ...note, title: mask(note.title), text: mask(note.text), appliesTo: note.appliesTo.map(mask) };
}

/** Of files of a repository: where the change is committed, or that it is there for a while only. */
function lastingNote({ change, preconditions }: PlannedChange, kept: Looked | null): string {
  if (kept !== null)
    return kept.ok ? `; committed as ${kept.detail}` : `; it is not committed: ${kept.detail}`;
  const lines = lastingFix(change.title, preconditions);
  return lines.length === 0 ? '' : `; temporary until it is committed: ${lines.join('; ')}`;
}

const MESSAGES: Record<ChangeEnd, string> = {
  held: 'it is applied and verified',
  refused: 'nothing was done',
  'rolled-back': 'it was rolled back, and the old state was verified',
  escalated: 'neither the old nor the new state could be verified',
};

function keyOf({ target, phase, index }: { target: number; phase: ChangePhase; index: number }): string {
  return `${target}.${phase}.${index}`;
}
