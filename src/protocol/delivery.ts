export const INTAKES = ['alertmanager', 'grafana', 'unit', 'consul'] as const;
/** Who speaks: it decides how a body is read. What a goal's run found comes from ourselves, and by no address. */
export type Intake = RoutedIntake | 'finding';
/** Those that have an address. */
export type RoutedIntake = (typeof INTAKES)[number];

/** One alert as one delivery tells it. Every text in it comes from outside and is data. */
export interface AlertReading {
  /** Of the label set, as the source counted it; ours when it gave none. */
  fingerprint: string;
  /** RFC 3339 in UTC, without trailing zeros in the fraction: one instant has one spelling. */
  startsAt: string;
  /** null while it fires. */
  endsAt: string | null;
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** A check of Consul that is not well. Every text in it comes from outside. */
export interface CheckReading {
  node: string;
  check: string;
  name: string;
  /** Empty for a check of the node itself. */
  service: string;
  serviceId: string;
  severity: 'critical' | 'warning';
  output: string;
  /** The node does not answer either, so this may be only what follows from that. */
  isNodeLost: boolean;
}

/** One notification: the full picture of a group at a moment, unless it is truncated. */
export interface Delivery {
  intake: Intake;
  /** From the address it was sent to, never from the body: replicas of one Alertmanager are one source. */
  source: string;
  /** Opaque. */
  groupKey: string;
  groupLabels: Record<string, string>;
  /** Of the whole group, what was left out with it. */
  groupStatus: 'firing' | 'resolved';
  alerts: AlertReading[];
  /** Alerts of the group that the sender left out. */
  truncated: number;
  /** Where the source can be asked; it differs between replicas. */
  externalUrl: string | null;
  /** Nobody sent it: we asked. It is not counted. */
  isAsked?: boolean;
}
