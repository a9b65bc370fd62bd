export { buildGraph, downText, type KnownThings } from './build-graph.ts';
export { drawMermaid, drawTree, rootsOf } from './draw-graph.ts';
export { impactText, judgeTouch, type Touch } from './judge-touch.ts';
export { NO_DEPENDENCIES, readDependencies } from './read-dependencies.ts';
export {
  demandNode,
  familyOf,
  findNode,
  type Impact,
  impactOf,
  orderOf,
  quorumLoss,
  windowOf,
} from './walk-graph.ts';
