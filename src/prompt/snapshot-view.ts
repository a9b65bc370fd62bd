import type { Zone } from '../lib/zoned-time.ts';
import type { Snapshot } from '../protocol/snapshot.ts';

/** What is to be told of a snapshot, to whom, and in how much room. */
export interface SnapshotView {
  snapshot: Pick<Snapshot, 'items' | 'findings' | 'brokenRules' | 'looks'>;
  marker: string;
  now: number;
  zone: Zone;
  /** Nothing that must stay local may be in the text. */
  isForCloud: boolean;
  /** The goal says that its whole snapshot stays local. */
  isAllLocal: boolean;
  budgetBytes: number;
  /** What did not change is told in full too: somebody asks, and any of it may be the answer. */
  isWhole: boolean;
  /** What the goal is about (its unit, its alert): rows that name one stay where an output is cut. */
  names?: readonly string[];
}
