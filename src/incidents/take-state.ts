import { sha256 } from '../lib/digest.ts';
import type { AlertReading, CheckReading, Delivery } from '../protocol/delivery.ts';
import type { Incident } from '../protocol/incident.ts';
import { isActive } from './transitions.ts';

export interface SeenState {
  source: string;
  /** All that is not well. */
  checks: readonly CheckReading[];
  at: number;
}

/**
 * A view that is whole each time, compared with what is known: what is new in it fires since now, what is no longer in it
 * has ended. One group a service, or a check of nodes, over all nodes; deliveries of our own making.
 */
export function stateDeliveries(
  incidents: Iterable<Incident>,
  { source, checks, at }: SeenState,
): Delivery[] {
  const known = [...incidents].filter(
    (one) => one.intake === 'consul' && one.source === source && isActive(one),
  );
  const groups = Map.groupBy(checks, groupKeyOf);
  const keys = new Set([...groups.keys(), ...known.map(({ groupKey }) => groupKey)]);
  return [...keys].map((groupKey) => {
    const members = known
      .filter((one) => one.groupKey === groupKey)
      .flatMap((one) => one.members.filter(({ status }) => status === 'firing'));
    const since = new Map(members.map(({ fingerprint, startsAt }) => [fingerprint, startsAt]));
    const now = new Date(at).toISOString();
    const firing = (groups.get(groupKey) ?? []).map((check) => readingOf(check, since, now));
    const there = new Set(firing.map(({ fingerprint }) => fingerprint));
    const ended = members
      .filter(({ fingerprint }) => !there.has(fingerprint))
      .map(
        ({ fingerprint, startsAt, labels, annotations }): AlertReading => ({
          ...{ fingerprint, startsAt, labels, annotations },
          status: 'resolved',
          endsAt: now,
        }),
      );
    const alertname =
      known.find((one) => one.groupKey === groupKey)?.title ?? firing[0]?.labels.alertname ?? groupKey;
    return {
      intake: 'consul',
      source,
      groupKey,
      groupLabels: { alertname },
      groupStatus: firing.length > 0 ? 'firing' : 'resolved',
      alerts: [...firing, ...ended],
      truncated: 0,
      externalUrl: null,
    };
  });
}

/** Nothing in it is news: then it is not worth a line in the journal. */
export function isKnownState(incidents: Iterable<Incident>, seen: SeenState): boolean {
  const known = [...incidents]
    .filter((one) => one.intake === 'consul' && one.source === seen.source && isActive(one))
    .flatMap(({ members }) => members.filter(({ status }) => status === 'firing'))
    .map(({ fingerprint, labels }) => `${fingerprint} ${labels.severity}`);
  const told = new Set(seen.checks.map((check) => `${fingerprintOf(check)} ${check.severity}`));
  return told.size === new Set(known).size && known.every((one) => told.has(one));
}

function groupKeyOf({ service, check }: CheckReading): string {
  return service === '' ? `check:${check}` : `service:${service}`;
}

/** Without what it says now, and without its severity: a warning that gets critical is the same. */
function fingerprintOf({ node, check, serviceId }: CheckReading): string {
  return sha256(JSON.stringify([node, check, serviceId])).slice(0, 16);
}

function readingOf(check: CheckReading, since: ReadonlyMap<string, string>, now: string): AlertReading {
  const fingerprint = fingerprintOf(check);
  const { node, service, severity, output, isNodeLost } = check;
  return {
    fingerprint,
    startsAt: since.get(fingerprint) ?? now,
    endsAt: null,
    status: 'firing',
    labels: {
      alertname: service === '' ? check.name || check.check : service,
      ...{ check: check.check, node, severity },
      ...(service === '' ? {} : { service }),
    },
    annotations: {
      ...(output === '' ? {} : { summary: output }),
      ...(isNodeLost
        ? { symptom: `serfHealth of ${node} is critical: the node, or its agent, does not answer` }
        : {}),
    },
  };
}
