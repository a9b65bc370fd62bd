export type { AlertRule, CalmRules, LabelMatch, Maintenance } from './alert-rules.ts';
export { applyInputs, EMPTY_BOOK } from './apply-inputs.ts';
export {
  DEFAULT_GOAL,
  type DueRun,
  dueRuns,
  openRuns,
  RUN_RULES,
  type RunRules,
  whyWaits,
} from './due-runs.ts';
export { findNoise, type Noise } from './find-noise.ts';
export { findingInputs, groupKeyOf, labelsOf, type ToldFinding } from './finding-inputs.ts';
export { incidentReport, type RunNote } from './incident-report.ts';
export { type IncidentWriter, openIncidents, readIncidents } from './incident-store.ts';
export { JOIN_RULES, type JoinRules } from './rules.ts';
export { isKnownState, type SeenState } from './take-state.ts';
export { isActive } from './transitions.ts';
