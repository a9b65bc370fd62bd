export type { LoopStop } from './limits.ts';
export { type LoopEnd, type LoopInput, runLoop } from './loop.ts';
export type { Budget, LoopPorts, LoopTools, Prices, Reservation } from './ports.ts';
