export { runLoop } from './loop.ts';
export type { LoopEnd, LoopInput } from './loop-run.ts';
export { reduceNow } from './make-room.ts';
export type { Budget, LoopPorts, LoopTools, Prices } from './ports.ts';
export { tokensOf } from './spending.ts';
