export {
  type BudgetLedger,
  type BudgetLimits,
  createBudgetLedger,
  type LedgerReservation,
  type Spent,
} from './budget-ledger.ts';
export {
  type Checkpoints,
  createCheckpoints,
  planUndo,
  spillFolder,
  type UndoPlan,
  type UndoStep,
} from './checkpoints.ts';
export { type ListOptions, latestRun, listRuns, type RunSummary } from './list-runs.ts';
export { pruneRuns } from './prune-runs.ts';
export { findRun, type ReadRun, readRun, type VerifiedRun, verifyRun } from './read-run.ts';
export { type EffectDone, type Replayed, replay } from './replay.ts';
export { createRunBudget, type RunBudget, type RunReservation } from './run-budget.ts';
export { createRunLog, type OpenedRun, openRunLog, type RunLog } from './run-log.ts';
export { createSwitches, type Switches } from './switches.ts';
export type { UnansweredCall } from './unanswered.ts';
