import { sha256 } from '../lib/digest.ts';
import { isUnitName } from '../lib/target-key.ts';
import type { Finding } from '../protocol/finding.ts';
import type { IncidentInput } from '../protocol/incident.ts';

export interface FoundBy {
  /** Of the machine that was looked at. */
  host: string;
  run: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  at: number;
  outcome: string;
}

/** A finding that is told, with more labels where the finding itself does not say what its object is. */
export type ToldFinding = Pick<
  Finding,
  'key' | 'rule' | 'probe' | 'severity' | 'object' | 'text' | 'since'
> & {
  labels?: Record<string, string>;
};

/**
 * What a goal's run found, as a group of one alert each, so that it joins and ends like any other; and that this run has
 * looked into it. `gone`: what it, or an earlier one, had found, and a probe that works finds no more.
 */
export function findingInputs(
  { host, run, startedAt, at, outcome }: FoundBy,
  found: readonly ToldFinding[],
  gone: readonly ToldFinding[],
): IncidentInput[] {
  const groupKeys = found.map(({ key }) => groupKeyOf(key));
  return [
    ...found.map((one) => delivery(one, { host, at, isGone: false })),
    ...gone.map((one) => delivery(one, { host, at, isGone: true })),
    ...(found.length === 0
      ? []
      : [{ type: 'run.looked' as const, source: host, groupKeys, run, startedAt, outcome, at }]),
  ];
}

export function groupKeyOf(key: string): string {
  return `finding:${key}`;
}

function delivery(
  one: ToldFinding,
  { host, at, isGone }: { host: string; at: number; isGone: boolean },
): IncidentInput {
  const labels = labelsOf(one, host);
  return {
    at,
    type: 'delivery.taken',
    delivery: {
      intake: 'finding',
      source: host,
      groupKey: groupKeyOf(one.key),
      groupLabels: { alertname: one.rule },
      groupStatus: isGone ? 'resolved' : 'firing',
      alerts: [
        {
          fingerprint: sha256(one.key).slice(0, 16),
          startsAt: new Date(one.since).toISOString().replace(/\.?0*Z$/, 'Z'),
          endsAt: isGone ? new Date(at).toISOString() : null,
          status: isGone ? 'resolved' : 'firing',
          labels,
          annotations: one.text === '' ? {} : { summary: one.text },
        },
      ],
      truncated: 0,
      externalUrl: null,
    },
  };
}

/** Of a unit and of a mount the object says what it is. */
export function labelsOf(
  { rule, probe, severity, object, labels }: ToldFinding,
  host: string,
): Record<string, string> {
  const kind = isUnitName(object) ? { unit: object } : {};
  const mount = object.startsWith('/') ? { mountpoint: object } : {};
  return { alertname: rule, probe, severity, host, object, ...kind, ...mount, ...labels };
}
