import { autonomyRank } from '../protocol/effect.ts';
import type { DoneCheck, Goal, Limits } from '../protocol/goal.ts';

/** A goal with what a project's file of the same name takes away from it, and what that file may not do. Pure. */
export function tightenGoal(base: Goal, project: Goal): { goal: Goal; notices: string[] } {
  const notices: string[] = [];
  const ignore = (field: string, why: string) =>
    notices.push(`${project.source}: ${field} is ignored: ${why}`);
  const isHigher = autonomyRank(project.autonomy) > autonomyRank(base.autonomy);
  if (isHigher) ignore('autonomy', `a project cannot raise it above ${base.autonomy}`);
  const added = project.tools.filter((tool) => !base.tools.includes(tool));
  if (added.length > 0) ignore('tools', `a project cannot add ${added.join(', ')}`);
  if (project.enabled && !base.enabled) ignore('enabled', 'a project cannot enable a goal');
  for (const key of LIMIT_KEYS) {
    const [was, is] = [base.limits[key], project.limits[key]];
    if (was !== undefined && is !== undefined && is > was)
      ignore(`limits.${key}`, 'a project can only lower it');
  }
  return {
    notices,
    goal: {
      ...base,
      enabled: base.enabled && project.enabled,
      // More facts and more checks take nothing away; which probes exist is not the project's to say.
      probes: [...new Set([...base.probes, ...project.probes])],
      probePlaces: { ...project.probePlaces, ...base.probePlaces },
      tools: base.tools.filter((tool) => project.tools.includes(tool)),
      autonomy: isHigher ? base.autonomy : project.autonomy,
      egress: base.egress === 'local' ? 'local' : project.egress,
      limits: tighterLimits(base.limits, project.limits),
      parameters: { ...project.parameters, ...base.parameters },
      done: [...base.done, ...asProject(project.done)],
      invariants: [...base.invariants, ...project.invariants],
      text: `${base.text}\n\nOf this project:\n\n${project.text}`,
      // Names that only a project's file says are no names that the operator said.
      ownText: base.text,
    },
  };
}

/** A goal that only a project has. Nobody who runs the machine has read it, so it may look and propose. */
export function capNewGoal(goal: Goal): { goal: Goal; notices: string[] } {
  const own = { ...goal, done: asProject(goal.done) };
  if (autonomyRank(goal.autonomy) <= autonomyRank('propose')) return { goal: own, notices: [] };
  return {
    goal: { ...own, autonomy: 'propose' },
    notices: [`${goal.source}: autonomy is ignored: a goal of a project goes no further than propose`],
  };
}

function asProject(done: readonly DoneCheck[]): DoneCheck[] {
  return done.map((check) => ({ ...check, isProject: true }));
}

const LIMIT_KEYS = ['turns', 'calls', 'tokens', 'usd', 'durationMs'] as const satisfies (keyof Limits)[];

/** The lower of each; what only one of them limits stays limited. */
export function tighterLimits(a: Limits, b: Limits): Limits {
  const limits: Limits = {};
  for (const key of LIMIT_KEYS) {
    const lowest = Math.min(a[key] ?? Infinity, b[key] ?? Infinity);
    if (lowest !== Infinity) limits[key] = lowest;
  }
  return limits;
}
