import { checkDone, type EvaluateExpression, verificationOf } from '../../goals/index.ts';
import { createExpressionCompiler, withTrees } from '../../lib/expression.ts';
import type { ExpressionTrees } from '../../protocol/expression-tree.ts';
import type { ProbeSpec } from '../../protocol/probe.ts';
import type { Verification } from '../../protocol/report.ts';
import { type Gathered, gather } from '../looking/gather.ts';
import type { RunScope } from './open-run.ts';

export interface Verified {
  /** The last look: after the last effect, when there was any. */
  gathered: Gathered;
  verification: Verification;
}

/**
 * What the shell checks when the model is done: the probes again if anything was changed, then the goal's `done`
 * checks on the newest facts. A goal without such checks is proved by its probes finding nothing, after an effect.
 */
export async function verify(
  scope: RunScope,
  before: Gathered,
  probes: readonly ProbeSpec[],
  isFresh: boolean,
): Promise<Verified> {
  const { recorder, goal, request, signal } = scope;
  // A resumed run knows what was seen before it was cut off, not what is true now.
  const isStale =
    recorder.effects().begun > 0 ||
    recorder.changes().length > 0 ||
    request.approved !== undefined ||
    !isFresh;
  const gathered =
    isStale && probes.length > 0 && !signal.aborted ? await lookAgain(scope, before, probes) : before;
  const evaluate = createEvaluate(goal?.trees);
  const checks = await checkDone(goal?.done ?? [], gathered.items, evaluate, recorder.next().check);
  if (checks.length > 0) recorder.record({ type: 'checks.made', checks });
  return { gathered, verification: verificationOf(checks) };
}

async function lookAgain(scope: RunScope, before: Gathered, probes: readonly ProbeSpec[]): Promise<Gathered> {
  const again = await gather(scope, {
    probes,
    slot: scope.goal?.name ?? 'prompt',
    alreadyOpen: [],
    isLookOnly: true,
    ...(before.history === null ? {} : { history: before.history.before }),
  });
  return { ...again, looks: before.looks, history: before.history ?? again.history };
}

function createEvaluate(trees: ExpressionTrees | undefined): EvaluateExpression {
  const compiler = withTrees(createExpressionCompiler(), trees);
  return async (source, facts) => (await compiler.compile(source, Object.keys(facts))).evaluate(facts);
}
