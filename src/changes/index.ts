export { type CarriedOut, carryOut } from './carry-out.ts';
export { type CheckPorts, checkFiles } from './check-files.ts';
export { textOf } from './describe.ts';
export { awaitExpectation, EXPECTATION_VARIABLES, type Looked } from './expectations.ts';
export { notesOf } from './notes-of.ts';
export type { Plan, PlanProblem } from './plan.ts';
export { planChange } from './plan-change.ts';
export type { ChangePorts } from './ports.ts';
export { readChange, readWrittenChange } from './read-change.ts';
