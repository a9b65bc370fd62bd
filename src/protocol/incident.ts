import type { CheckReading, Delivery, Intake } from './delivery.ts';
import type { Episode } from './episode.ts';

export const INCIDENT_STATES = [
  'open',
  'investigating',
  'investigated',
  'acknowledged',
  'resolved',
  'expired',
  'closed',
] as const;
/**
 * open: it fires and nobody has looked. investigating: a run is on it. investigated: the run ended and it still fires.
 * acknowledged: a person has it. resolved: all of it ended. expired: nobody said anything for too long. closed: a person
 * said that it is over.
 */
export type IncidentState = (typeof INCIDENT_STATES)[number];

/** What happens to an incident as a whole. */
export type IncidentSignal =
  | 'fired'
  | 'quieted'
  | 'run-started'
  | 'run-ended'
  | 'run-cut'
  | 'acked'
  | 'closed'
  | 'expired';

export interface IncidentRun {
  run: string;
  /** Absent: the goal `incident`, or one that a timer began. */
  goal?: string;
  startedAt: number;
  endedAt: number | null;
  /** How it ended, as in the run's log; null while it runs; `lost` when it was killed with us. */
  outcome: string | null;
  /** It could not go on, and named a time from which it is worth another try. */
  resumeAt?: number;
}

export const VERDICTS = ['expected', 'wrong', 'useful'] as const;
/** What an operator says of an alert when it is over: it was planned or known; it was not true; it was good to know. */
export type Verdict = (typeof VERDICTS)[number];

export interface Answer {
  verdict: Verdict;
  by: string;
  at: number;
  comment: string | null;
}

export interface TimelineEntry {
  at: number;
  text: string;
}

/** One group key of one source, from its first firing to its end. Times are milliseconds since the epoch. */
export interface Incident {
  /** From source, group key and the first `startsAt`. */
  id: string;
  state: IncidentState;
  intake: Intake;
  source: string;
  groupKey: string;
  /** As of the last delivery. */
  groupLabels: Record<string, string>;
  /** Name of the alert or the unit. From outside. */
  title: string;
  severity: string | null;
  /** monitoring: what watches is broken, not what is watched. heartbeat: what always had to come did not. */
  about: 'service' | 'monitoring' | 'heartbeat';
  hosts: string[];
  /** Objects that what fires is about, by the name that all senders share: `unit:postgresql.service@nuc1`. */
  targets: string[];
  openedAt: number;
  updatedAt: number;
  /** Since when it is in this state. */
  stateSince: number;
  resolvedAt: number | null;
  reopened: number;
  members: Episode[];
  /** Alerts of the group that the last delivery left out, and nobody fetched. */
  missing: number;
  deliveries: number;
  /** Deliveries that said what one before had said. */
  duplicates: number;
  recentKeys: { key: string; at: number }[];
  runs: IncidentRun[];
  /** Root of the storm it belongs to. */
  foldedInto: string | null;
  /** Why: it is about the same object, on the same machine, or came with many others. */
  foldedBy: 'target' | 'machine' | 'dependency' | 'storm' | null;
  acked: { by: string; at: number; comment: string | null } | null;
  /** The last that was given. */
  answer: Answer | null;
  timeline: TimelineEntry[];
  externalUrl: string | null;
}

/** An alert that must always fire: its absence is the incident. */
export interface Heartbeat {
  source: string;
  intake: Intake;
  groupKey: string;
  title: string;
  fingerprint: string;
  lastBeatAt: number;
  /** Longest time between two of the last beats; null before the second. */
  longestGapMs: number | null;
  labels: Record<string, string>;
}

/** All that is known of incidents: what the inputs so far, in their order, make of nothing. */
export interface IncidentBook {
  incidents: ReadonlyMap<string, Incident>;
  heartbeats: ReadonlyMap<string, Heartbeat>;
}

/** Everything that moves incidents, in the order in which it was taken in. `at`: milliseconds since the epoch. */
export type IncidentInput =
  | { at: number; type: 'delivery.taken'; delivery: Delivery }
  /** Consul: all checks that are not well, whole each time. */
  | { at: number; type: 'state.seen'; source: string; checks: CheckReading[] }
  | { at: number; type: 'operator.acked'; incident: string; by: string; comment: string | null }
  | {
      at: number;
      type: 'operator.closed';
      incident: string;
      by: string;
      comment: string | null;
      /** Absent: nothing was said of it. */
      verdict?: Verdict;
    }
  /** Something that people should know, and that changes nothing; told once in a row. */
  | { at: number; type: 'incident.noted'; incident: string; text: string }
  | { at: number; type: 'run.planned'; incident: string; run: string; goal?: string }
  /** A run that nobody began for an incident found these of itself and reported them: they have been looked into. */
  | {
      at: number;
      type: 'run.looked';
      source: string;
      groupKeys: string[];
      run: string;
      startedAt: number;
      outcome: string;
    }
  | { at: number; type: 'run.ended'; incident: string; run: string; outcome: string; resumeAt?: number }
  /** `awakeSince`: nobody could hear a heartbeat before. */
  | { at: number; type: 'time.passed'; awakeSince: number };
