export { advise, ONLY_ROOT, type ProbeAdvice } from './advise.ts';
export type { FindingHistory } from './finding-history.ts';
export {
  emptyHistory,
  mergeEntries,
  mergeSeen,
  muteFinding,
  noteAsked,
  readHistory,
  reopenFindings,
  writeHistory,
} from './finding-history.ts';
export type { JournalBaseline } from './journal/baseline.ts';
export { readBaseline, writeBaseline } from './journal/baseline.ts';
export { judgeRules } from './judge-rules.ts';
export { compileProbe, compileProbes, loadProbeFile } from './load-probe.ts';
export { ParameterError, withExamples, withParameters } from './parameters.ts';
export type { LookOptions } from './take-looks.ts';
export { citeLooks, takeLooks } from './take-looks.ts';
export type { SnapshotOptions, SnapshotSummary } from './take-snapshot.ts';
export { keepRows, summariseForHistory, takeSnapshot } from './take-snapshot.ts';
export { readTrends, type TrendHistory } from './trends.ts';
