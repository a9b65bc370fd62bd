export { applyInputs, EMPTY_BOOK } from './apply-inputs.ts';
export { dueRuns, openRuns, RUN_RULES, type RunRules } from './due-runs.ts';
export { findingInputs, groupKeyOf, labelsOf, type ToldFinding } from './finding-inputs.ts';
export { incidentReport, type RunNote } from './incident-report.ts';
export { type IncidentWriter, openIncidents, readIncidents } from './incident-store.ts';
export { JOIN_RULES, type JoinRules } from './rules.ts';
export { isActive } from './transitions.ts';
