export { runCanary } from './canary.ts';
export { createGate, type GateOptions } from './gate.ts';
