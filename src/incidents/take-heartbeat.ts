import type { AlertReading, Delivery } from '../protocol/delivery.ts';
import type { Heartbeat } from '../protocol/incident.ts';
import type { JoinRules } from './rules.ts';
import { type Incidents, takeDelivery } from './take-delivery.ts';

export type Heartbeats = Map<string, Heartbeat>;

const MINUTE_MS = 60_000;
/** `repeat_interval` where nobody set anything, and some slack: what is waited for before there were two beats. */
const FIRST_SILENCE_MS = 4.5 * 60 * MINUTE_MS;
/** A longer gap is one in which we, or they, were not there. */
const LONGEST_GAP_MS = 6 * 60 * MINUTE_MS;
/** An old long gap counts for less with each beat. */
const GAP_DECAY = 0.9;

export function isHeartbeat({ labels }: AlertReading, { heartbeats }: JoinRules): boolean {
  return heartbeats.includes(labels.alertname ?? '');
}

/** An alert that always fires came: that it does is the news. One that is told as ended has stopped. */
export function takeHeartbeat(
  books: { incidents: Incidents; heartbeats: Heartbeats },
  { delivery, alert, at }: { delivery: Delivery; alert: AlertReading; at: number },
  rules: JoinRules,
): string[] {
  const key = JSON.stringify([delivery.source, alert.fingerprint]);
  const before = books.heartbeats.get(key);
  if (alert.status === 'resolved') {
    return before === undefined ? [] : tellAbsence(books.incidents, before, 'firing', at, rules);
  }
  const gapMs = before === undefined ? null : at - before.lastBeatAt;
  const isGap = gapMs !== null && gapMs <= LONGEST_GAP_MS;
  const longestGapMs = isGap
    ? Math.max(gapMs, (before?.longestGapMs ?? 0) * GAP_DECAY)
    : (before?.longestGapMs ?? null);
  const after: Heartbeat = {
    source: delivery.source,
    intake: delivery.intake,
    groupKey: delivery.groupKey,
    title: (alert.labels.alertname ?? '').slice(0, 200),
    fingerprint: alert.fingerprint,
    lastBeatAt: at,
    longestGapMs,
    labels: alert.labels,
  };
  books.heartbeats.set(key, after);
  return before === undefined ? [] : tellAbsence(books.incidents, before, 'resolved', at, rules);
}

/** Those that are silent for too long; `awakeSince`: from when on we could have heard them. */
export function findSilent(
  heartbeats: Heartbeats,
  at: number,
  awakeSince: number,
  rules: JoinRules,
): Heartbeat[] {
  return [...heartbeats.values()].filter((one) => {
    const silentMs = at - Math.max(one.lastBeatAt, awakeSince);
    return silentMs > silenceMsOf(one, rules);
  });
}

export function silenceMsOf({ longestGapMs }: Heartbeat, { heartbeatMs }: JoinRules): number {
  if (heartbeatMs !== null) return heartbeatMs;
  return longestGapMs === null ? FIRST_SILENCE_MS : 2 * longestGapMs + MINUTE_MS;
}

/** As an alert of its own, whose episodes begin with the last beat: so it joins, and ends, like any other. */
export function tellAbsence(
  incidents: Incidents,
  heartbeat: Heartbeat,
  status: AlertReading['status'],
  at: number,
  rules: JoinRules,
): string[] {
  const groupKey = `absent:${heartbeat.fingerprint}`;
  const startsAt = new Date(heartbeat.lastBeatAt).toISOString();
  const open = [...incidents.values()].find(
    (one) => one.groupKey === groupKey && one.source === heartbeat.source && one.members.some(isFiring),
  );
  if ((status === 'firing') === (open !== undefined)) return [];
  const alert: AlertReading = {
    fingerprint: heartbeat.fingerprint,
    startsAt: open?.members.find(isFiring)?.startsAt ?? startsAt,
    endsAt: status === 'resolved' ? new Date(at).toISOString() : null,
    status,
    labels: heartbeat.labels,
    annotations: {
      summary: `the heartbeat ${heartbeat.title} of ${heartbeat.source} did not come since ${startsAt}`,
    },
  };
  const begun = takeDelivery(
    incidents,
    {
      intake: heartbeat.intake,
      source: heartbeat.source,
      groupKey,
      groupLabels: { alertname: `${heartbeat.title} absent` },
      groupStatus: status,
      alerts: [alert],
      truncated: 0,
      externalUrl: null,
    },
    at,
    rules,
  );
  for (const id of begun) {
    const one = incidents.get(id);
    if (one !== undefined) incidents.set(id, { ...one, about: 'heartbeat' });
  }
  return begun;
}

function isFiring({ status }: { status: string }): boolean {
  return status === 'firing';
}
