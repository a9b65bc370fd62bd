export { checkDone, type EvaluateExpression, verificationOf } from './check-done.ts';
export { checkDoneFacts } from './done-facts.ts';
export { judgeOutcome, type OutcomeFacts } from './judge-outcome.ts';
export { listGoals, loadGoal } from './load-goal.ts';
export { fillParameters } from './parameters.ts';
export { parseGoalFile } from './parse-goal.ts';
export { tighterLimits } from './tighten-goal.ts';
