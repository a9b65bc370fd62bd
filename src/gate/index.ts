export type { AskPorts } from './ask.ts';
export { openGate, runCanary } from './canary.ts';
export { type Circumstances, decide, suggestRule } from './decide.ts';
export { createGate, foresee, type GateOptions } from './gate.ts';
