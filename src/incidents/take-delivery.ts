import { deliveryKey, episodeKey } from '../lib/alert-keys.ts';
import { sha256 } from '../lib/digest.ts';
import type { AlertReading, Delivery } from '../protocol/delivery.ts';
import type { Episode } from '../protocol/episode.ts';
import type { Incident } from '../protocol/incident.ts';
import { aboutOf, hostsOf, severityOf, targetsOf, titleOf } from './describe-group.ts';
import { endSuperseded, joinEpisode } from './join-episode.ts';
import type { JoinRules } from './rules.ts';
import { isActive, signal, tell } from './transitions.ts';

/** Keys of an incident that are remembered; what is older is told from a repeat by nothing, and joins all the same. */
const MOST_KEYS = 64;
/** Ended episodes of one incident that are kept beside those that fire. */
const MOST_ENDED = 200;

export type Incidents = Map<string, Incident>;

/**
 * Joins one delivery into its group's incidents. Known episodes stay where they are; new ones go to the incident that
 * is on, or was until a moment ago, else to a new one. Gives the ids of those that began to fire by this.
 */
export function takeDelivery(
  incidents: Incidents,
  delivery: Delivery,
  at: number,
  rules: JoinRules,
): string[] {
  if (delivery.alerts.length === 0) return [];
  const group = [...incidents.values()]
    .filter(({ source, groupKey }) => source === delivery.source && groupKey === delivery.groupKey)
    .sort((a, b) => a.openedAt - b.openedAt);
  const owners = new Map(
    group.flatMap(({ id, members }) => members.map((one) => [episodeKey(one), id] as const)),
  );
  const fresh = delivery.alerts.filter((alert) => !owners.has(episodeKey(alert)));
  const last = group.at(-1);
  const home =
    fresh.length === 0
      ? undefined
      : ((last !== undefined && takesMore(last, at, rules) ? last : undefined) ??
        open(incidents, delivery, fresh, at));

  const byIncident = new Map<string, AlertReading[]>();
  for (const alert of delivery.alerts) {
    const id = owners.get(episodeKey(alert)) ?? home?.id ?? '';
    byIncident.set(id, [...(byIncident.get(id) ?? []), alert]);
  }
  // A picture of the group is counted once: by the incident that is its present.
  const counted = home?.id ?? [...group].reverse().find(({ id }) => byIncident.has(id))?.id;
  const begun: string[] = [];
  for (const [id, alerts] of byIncident) {
    const before = incidents.get(id) ?? home;
    if (before === undefined) continue;
    const after = join(before, delivery, alerts, at, {
      rules,
      isCounted: id === counted && delivery.isAsked !== true,
    });
    incidents.set(id, after);
    const isNew = !incidents.has(id) || (before === home && before.members.length === 0);
    if (isActive(after) && (isNew || !isActive(before))) begun.push(id);
  }
  return begun;
}

function takesMore(incident: Incident, at: number, { reopenMs }: JoinRules): boolean {
  if (isActive(incident)) return true;
  const { state, resolvedAt } = incident;
  return (state === 'resolved' || state === 'expired') && at - (resolvedAt ?? 0) <= reopenMs;
}

/** With no members yet, and in the state of one whose alerts ended: the first that fires opens it. */
function open(
  incidents: Incidents,
  delivery: Delivery,
  fresh: readonly AlertReading[],
  at: number,
): Incident {
  const firing = fresh.filter(({ status }) => status === 'firing');
  const first = (firing.length > 0 ? firing : fresh).map(({ startsAt }) => startsAt).sort()[0] ?? '';
  return {
    id: freeId(incidents, [delivery.source, delivery.groupKey, first]),
    state: 'resolved',
    intake: delivery.intake,
    source: delivery.source,
    groupKey: delivery.groupKey,
    groupLabels: delivery.groupLabels,
    title: titleOf(delivery),
    severity: null,
    about: aboutOf(delivery),
    hosts: [],
    targets: [],
    openedAt: at,
    updatedAt: at,
    stateSince: at,
    resolvedAt: at,
    reopened: 0,
    members: [],
    missing: 0,
    deliveries: 0,
    duplicates: 0,
    recentKeys: [],
    runs: [],
    foldedInto: null,
    foldedBy: null,
    acked: null,
    answer: null,
    timeline: [],
    externalUrl: delivery.externalUrl,
  };
}

/** One that was closed by hand may have begun with the same alert. */
function freeId(incidents: Incidents, parts: readonly string[]): string {
  const id = `i-${sha256(JSON.stringify(parts)).slice(0, 12)}`;
  return incidents.has(id) ? freeId(incidents, [...parts, id]) : id;
}

function join(
  before: Incident,
  delivery: Delivery,
  alerts: readonly AlertReading[],
  at: number,
  { rules, isCounted }: { rules: JoinRules; isCounted: boolean },
): Incident {
  const key = deliveryKey(delivery);
  const known = before.recentKeys.find((one) => one.key === key);
  // A sender may tell one episode twice.
  const readings = Map.groupBy(alerts, episodeKey);
  const joinAll = (member: Episode | undefined, told: readonly AlertReading[]): Episode[] => {
    const after = told.reduce<Episode | undefined>(
      (one, reading) => joinEpisode(one, reading, at, rules),
      member,
    );
    return after === undefined ? [] : [after];
  };
  // A copy of an older picture says nothing of what is not in it.
  const isCopy = known !== undefined && at - known.at <= rules.lateMs;
  const isFull = delivery.truncated === 0 && !isCopy;
  const joined = before.members.flatMap((member) => {
    const told = readings.get(episodeKey(member));
    readings.delete(episodeKey(member));
    if (told !== undefined) return joinAll(member, told);
    const isMissed = isFull && member.status === 'firing';
    return [isMissed ? { ...member, unlistedAt: member.unlistedAt ?? at } : member];
  });
  const added = [...readings.values()].flatMap((told) => joinAll(undefined, told));
  const members = bound(endSuperseded([...joined, ...added], at));
  const changed: Incident = {
    ...before,
    members,
    hosts: hostsOf(members),
    targets: targetsOf(members, rules.names),
    severity: severityOf(members),
    updatedAt: at,
    missing: isCopy ? before.missing : delivery.groupStatus === 'resolved' ? 0 : delivery.truncated,
    deliveries: before.deliveries + (isCounted ? 1 : 0),
    duplicates: before.duplicates + (isCounted && known !== undefined ? 1 : 0),
    recentKeys:
      delivery.isAsked === true
        ? before.recentKeys
        : [...before.recentKeys.filter((one) => one.key !== key), { key, at }].slice(-MOST_KEYS),
  };
  const after = settle(withNews(changed, added.length, before.members.length > 0, at), at);
  const isBack =
    !isActive(before) && isActive(after) && before.members.some(({ wasSeenFiring }) => wasSeenFiring);
  return isBack ? { ...after, reopened: after.reopened + 1 } : after;
}

function withNews(incident: Incident, added: number, hadMembers: boolean, at: number): Incident {
  if (!hadMembers || added === 0 || !isActive(incident)) return incident;
  return tell(
    incident,
    at,
    `${added} more ${added === 1 ? 'alert' : 'alerts'}, ${incident.members.length} in all`,
  );
}

/** The state that its members give it. */
export function settle(incident: Incident, at: number): Incident {
  const firing = incident.members.filter(({ status }) => status === 'firing').length;
  if (firing > 0)
    return signal(incident, 'fired', at, `fires: ${firing} of ${incident.members.length} alerts`);
  // The group fires, so something does that nobody showed us.
  if (incident.missing > 0) return signal(incident, 'fired', at, 'fires: alerts that the source left out');
  const isLost = incident.members.every(({ ended }) => ended === 'expired');
  if (isLost && incident.members.length > 0) {
    return signal(incident, 'expired', at, 'nobody said anything about it for too long');
  }
  const moved = signal(incident, 'quieted', at, 'all of its alerts ended');
  if (moved !== incident || incident.timeline.length > 0) return moved;
  return tell(incident, at, 'told as ended, and never told that it fired');
}

/** All that fire, and the newest of the others. */
function bound(members: Incident['members']): Incident['members'] {
  const ended = members.filter(({ status }) => status === 'resolved');
  if (ended.length <= MOST_ENDED) return members;
  const newest = ended.sort((a, b) => b.lastSeenAt - a.lastSeenAt).slice(0, MOST_ENDED);
  const kept = new Set(newest);
  return members.filter((member) => member.status === 'firing' || kept.has(member));
}
