export { checkDone, type EvaluateExpression, verificationOf } from './check-done.ts';
export { judgeOutcome, type OutcomeFacts, type OutcomeJudgement } from './judge-outcome.ts';
export { type GoalPlaces, type LoadedGoal, listGoals, loadGoal } from './load-goal.ts';
export { fillParameters } from './parameters.ts';
export { parseGoalFile } from './parse-goal.ts';
export { tighterLimits } from './tighten-goal.ts';
