export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A rule that matched an object, with its evidence. */
export interface Finding {
  /** `F1`, unique in its run. */
  id: string;
  /** Stable over runs: `disk-full:/var`. What people mute. */
  key: string;
  rule: string;
  probe: string;
  severity: Severity;
  class: 'safe' | 'risky' | 'advisory';
  object: string;
  text: string;
  /** Snapshot and look-step ids: `P2`, `L1`. */
  evidence: string[];
  state: 'new' | 'worse' | 'standing' | 'returned';
  /** Milliseconds since the epoch of the first of an unbroken row of sightings. */
  since: number;
  /** News that people are told and that opens the gate to a model: not cooling down, not muted. */
  isOpen: boolean;
  /** Told already and cooling down, but no model was asked about it since: it opens the gate all the same. */
  isUnasked?: true;
  /** Why it does not: `cooling down until …`, `muted until … by …`. */
  quietReason: string | null;
}

/** Is it worth a request to a model? */
export function isForModel({ isOpen, isUnasked }: Pick<Finding, 'isOpen' | 'isUnasked'>): boolean {
  return isOpen || isUnasked === true;
}

export interface BrokenRule {
  rule: string;
  probe: string;
  error: string;
}

/** What rules have found on a host, over all runs. Times are milliseconds since the epoch. */
export interface KnownFinding {
  key: string;
  severity: string;
  since: number;
  lastSeen: number;
  /** null while it stands. */
  goneAt: number | null;
  mutedUntil: number | null;
}
