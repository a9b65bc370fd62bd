import { isRecord } from '../../lib/is-record.ts';
import type { AlertReading, Delivery } from '../../protocol/delivery.ts';
import type { Incident } from '../../protocol/incident.ts';
import { BodyRefused, readApiAlerts } from '../../triggers/index.ts';
import type { World } from '../world.ts';
import type { Observed, Observer } from './observe.ts';

/** What the Alertmanager itself says of a group now. */
export interface GroupNow {
  /** The whole group as a delivery of our own making. */
  delivery: Delivery;
  /** Fingerprints that somebody silenced, or that another alert inhibits, with by what. */
  suppressed: Map<string, string>;
}

/** Only at the address that settings name for the source: what a body says of where it comes from is data. */
export async function askAlertmanager(
  observer: Observer,
  { settings }: World,
  incident: Incident,
  now: number,
): Promise<Observed<GroupNow> | null> {
  const { source, intake } = incident;
  const { alertmanagers } = settings.intake;
  const known = Object.hasOwn(alertmanagers, source) ? alertmanagers[source] : undefined;
  if (intake !== 'alertmanager' || known === undefined) return null;
  const filters = Object.entries(incident.groupLabels).map(
    ([name, value]) => `filter=${encodeURIComponent(`${name}=${JSON.stringify(value)}`)}`,
  );
  const query = ['active=true', 'silenced=true', 'inhibited=true', ...filters].join('&');
  const credential =
    known.token === null ? null : { header: 'authorization', prefix: 'Bearer ', name: known.token };
  const answer = await observer.fetchJson(
    `${known.url.replace(/\/+$/, '')}/api/v2/alerts?${query}`,
    credential,
  );
  if (!answer.ok) return answer;
  try {
    return { ok: true, value: groupNow(incident, readApiAlerts(answer.value), answer.value, now) };
  } catch (error) {
    if (!(error instanceof BodyRefused)) throw error;
    return { ok: false, reason: error.message };
  }
}

function groupNow(incident: Incident, alerts: readonly AlertReading[], raw: unknown, now: number): GroupNow {
  const known = new Set(incident.members.map(({ fingerprint }) => fingerprint));
  // A group without labels is all of a route, and nobody tells us which route: then only what we know of counts.
  const isOpen = Object.keys(incident.groupLabels).length > 0;
  const told = alerts.filter(({ fingerprint }) => isOpen || known.has(fingerprint));
  const there = new Set(told.map(({ fingerprint }) => fingerprint));
  const gone = incident.members
    .filter(({ status, fingerprint }) => status === 'firing' && !there.has(fingerprint))
    .map(
      (member): AlertReading => ({
        ...{ fingerprint: member.fingerprint, startsAt: member.startsAt },
        ...{ labels: member.labels, annotations: member.annotations },
        status: 'resolved',
        endsAt: new Date(now).toISOString(),
      }),
    );
  return {
    delivery: {
      intake: incident.intake,
      source: incident.source,
      groupKey: incident.groupKey,
      groupLabels: incident.groupLabels,
      groupStatus: told.length > 0 ? 'firing' : 'resolved',
      alerts: [...told, ...gone],
      truncated: isOpen ? 0 : incident.missing,
      externalUrl: incident.externalUrl,
      isAsked: true,
    },
    suppressed: suppressedOf(raw),
  };
}

function suppressedOf(raw: unknown): Map<string, string> {
  const found = new Map<string, string>();
  for (const one of Array.isArray(raw) ? raw : []) {
    if (!isRecord(one) || !isRecord(one.status) || one.status.state !== 'suppressed') continue;
    const by = (list: unknown, what: string): string[] =>
      Array.isArray(list) ? list.map((id) => `${what} ${String(id).slice(0, 64)}`) : [];
    const who = [...by(one.status.silencedBy, 'silence'), ...by(one.status.inhibitedBy, 'alert')];
    if (typeof one.fingerprint === 'string') found.set(one.fingerprint, who[0] ?? 'a silence');
  }
  return found;
}
