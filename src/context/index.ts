export type { FindingHistory, Mute } from './finding-history.ts';
export {
  emptyHistory,
  mergeEntries,
  mergeSeen,
  muteFinding,
  readHistory,
  reopenFindings,
  writeHistory,
} from './finding-history.ts';
export type { GatherPorts } from './gather.ts';
export type { JournalBaseline } from './journal/baseline.ts';
export { readBaseline, writeBaseline } from './journal/baseline.ts';
export type { Judged, JudgeOptions, PlannedLook } from './judge-rules.ts';
export { judgeRules } from './judge-rules.ts';
export { compileProbe, compileProbes, loadProbeFile } from './load-probe.ts';
export type { LookOptions, LooksTaken } from './take-looks.ts';
export { citeLooks, takeLooks } from './take-looks.ts';
export type { SnapshotOptions, SnapshotSummary, SnapshotTaken } from './take-snapshot.ts';
export { summariseForHistory, takeSnapshot } from './take-snapshot.ts';
