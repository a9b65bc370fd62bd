export type { GatherPorts } from './gather.ts';
export type { JournalBaseline } from './journal/baseline.ts';
export { readBaseline, writeBaseline } from './journal/baseline.ts';
export { compileProbe, compileProbes, loadProbeFile } from './load-probe.ts';
export type { SnapshotOptions, SnapshotSummary, SnapshotTaken } from './take-snapshot.ts';
export { summariseForHistory, takeSnapshot } from './take-snapshot.ts';
