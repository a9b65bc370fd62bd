import type { HostNames } from '../lib/target-key.ts';

/** Numbers by which deliveries become incidents; milliseconds unless the name says otherwise. */
export interface JoinRules {
  /** By which names one object is known as one. */
  names: HostNames;
  /** A firing told within this time after the end of its episode is a late copy; told later, it fires again. */
  lateMs: number;
  /** Firing again this soon after all of it ended is the same incident. */
  reopenMs: number;
  /** Not in a full picture of its group for this long: it ended, and nobody said so. */
  unlistedMs: number;
  /** Nobody said anything for this long. Longer than any `repeat_interval`. */
  expireMs: number;
  /** What opens within this time of one another may be one storm. */
  stormMs: number;
  /** So many in that time are a storm, whatever their hosts. */
  stormCount: number;
  /** Names of alerts that always fire. */
  heartbeats: readonly string[];
  /** How long one may be silent; null: twice the longest time between its last beats. */
  heartbeatMs: number | null;
  /** Does one who is about these targets and hosts need what the other is about? */
  needs(one: readonly string[], other: readonly string[]): boolean;
  /** Ended incidents that are kept. */
  keep: number;
  keepMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Peers of a cluster wait 15 s each, a retry lasts as long as the group interval (5 minutes); repeats come every 4 hours
 * where nobody set anything else.
 */
export const JOIN_RULES: JoinRules = {
  names: { own: '', aliases: {} },
  lateMs: 10 * MINUTE_MS,
  reopenMs: 30 * MINUTE_MS,
  unlistedMs: 10 * MINUTE_MS,
  expireMs: 26 * HOUR_MS,
  stormMs: 2 * MINUTE_MS,
  stormCount: 5,
  heartbeats: ['Watchdog', 'DeadMansSwitch'],
  heartbeatMs: null,
  needs: () => false,
  keep: 1_000,
  keepMs: 90 * 24 * HOUR_MS,
};
