export { type BudgetLimits, createBudgetLedger } from './budget-ledger.ts';
export { createCheckpoints, planUndo, spillFolder, type UndoPlan, type UndoStep } from './checkpoints.ts';
export { type ListOptions, latestRun, listRuns, type RunSummary } from './list-runs.ts';
export { pruneRuns } from './prune-runs.ts';
export { findRun, type ReadRun, readRun, type VerifiedRun, verifyRun } from './read-run.ts';
export { type Replayed, replay } from './replay.ts';
export { createRunBudget, type RunReservation } from './run-budget.ts';
export { createRunLog, openRunLog, type RunLog } from './run-log.ts';
export { createSwitches, type Switches } from './switches.ts';
