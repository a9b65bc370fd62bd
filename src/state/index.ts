export { contentDigest, printState } from './content.ts';
export { describeDiff } from './describe-diff.ts';
export { diffStates, type StateChange } from './diff.ts';
export { INDEX_NAME, STATE_NAME } from './file-names.ts';
export { type FoundRow, findItems, touchedItems } from './find-item.ts';
export { FREE_KINDS, type FreeAnswer, type FreeKind, findFree, type Neighbours } from './free.ts';
export { entryAt } from './history.ts';
export { markStale } from './mark-stale.ts';
export { emptySections, iso, mergeScan, type Scan } from './merge-scan.ts';
export { NO_INVENTORY, readInventory } from './read-inventory.ts';
export { type ReadState, readBody, readHistory, readState } from './read-state.ts';
export { runScanners } from './run-scanners.ts';
export { consulScanner, nomadScanner, proxmoxScanner } from './scanners/clusters.ts';
export { kubernetesScanner } from './scanners/kubernetes.ts';
export { askNeighbours } from './scanners/neighbours.ts';
export {
  addressScanner,
  dockerScanner,
  type Machine,
  portsScanner,
  systemdScanner,
} from './scanners/on-host.ts';
export { type Ask, type Scanner, ScanProblem } from './scanners/scanner.ts';
export { type StatePorts, type Swapped, swapState, tagEntry } from './swap-state.ts';
