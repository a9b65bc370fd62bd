import type { BrokenRule, Finding } from './finding.ts';
import type { HostIdentity } from './machine.ts';

export type ProbeStatus = 'ok' | 'not-configured' | 'unreachable' | 'failed';

/** One gathered fact with its source: which command, where, when, and whether it failed. */
export interface SnapshotItem {
  /** `P3`. */
  id: string;
  probe: string;
  describe: string;
  core: boolean;
  /** The command line or URL, for people and for the model. */
  command: string;
  host: string;
  /** Milliseconds since the epoch. */
  at: number;
  durationMs: number;
  status: ProbeStatus;
  /** Why it is not `ok`. */
  reason: string | null;
  /** Masked and capped. */
  text: string;
  totalBytes: number;
  isTruncated: boolean;
  /** sha256 of the masked text, 16 hex digits. */
  digest: string;
  /** Against the goal's last snapshot. */
  change: 'new' | 'same' | 'changed';
  egress: 'any' | 'local';
  facts: Record<string, unknown>;
}

/** Output of a look-step: run for a finding, cited like a probe. */
export interface LookItem {
  /** `L1`. */
  id: string;
  finding: string;
  command: string;
  at: number;
  ok: boolean;
  reason: string | null;
  text: string;
}

export interface Snapshot {
  at: number;
  durationMs: number;
  host: HostIdentity;
  items: SnapshotItem[];
  findings: Finding[];
  brokenRules: BrokenRule[];
  looks: LookItem[];
}
