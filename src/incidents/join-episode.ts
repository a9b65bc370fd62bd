import type { AlertReading } from '../protocol/delivery.ts';
import type { Episode } from '../protocol/episode.ts';
import type { JoinRules } from './rules.ts';

/**
 * What one more reading makes of an episode. Whatever the order in which readings arrive within `lateMs`, and however
 * often, the outcome is the same: an end that was told stands.
 */
export function joinEpisode(
  before: Episode | undefined,
  reading: AlertReading,
  at: number,
  { lateMs }: Pick<JoinRules, 'lateMs'>,
): Episode {
  if (before === undefined) return begin(reading, at);
  const seen: Episode = { ...before, lastSeenAt: at, unlistedAt: null };
  if (reading.status === 'resolved') {
    const isFirst = before.ended !== 'told';
    return {
      ...seen,
      status: 'resolved',
      ended: 'told',
      endsAt: isFirst ? reading.endsAt : latest(before.endsAt, reading.endsAt),
      resolvedSeenAt: isFirst ? at : before.resolvedSeenAt,
    };
  }
  const isLate = before.ended === 'told' && at - (before.resolvedSeenAt ?? at) <= lateMs;
  if (isLate) return { ...seen, wasSeenFiring: true, contradictions: before.contradictions + 1 };
  return {
    ...seen,
    status: 'firing',
    wasSeenFiring: true,
    ended: null,
    endsAt: null,
    resolvedSeenAt: null,
    // Of a source whose fingerprint is not over all of them.
    labels: reading.labels,
    annotations: reading.annotations,
  };
}

function begin(reading: AlertReading, at: number): Episode {
  const isFiring = reading.status === 'firing';
  return {
    fingerprint: reading.fingerprint,
    startsAt: reading.startsAt,
    endsAt: reading.endsAt,
    status: reading.status,
    wasSeenFiring: isFiring,
    ended: isFiring ? null : 'told',
    firstSeenAt: at,
    lastSeenAt: at,
    resolvedSeenAt: isFiring ? null : at,
    unlistedAt: null,
    contradictions: 0,
    labels: reading.labels,
    annotations: reading.annotations,
  };
}

/**
 * A source has one episode of an alert at a time. So a later start ends the earlier ones, whose own end may never be told.
 * Alertmanager moves the start of an alert back when a replica of Prometheus saw it earlier: the end of that one is the end
 * of the later start, too.
 */
export function endSuperseded(members: readonly Episode[], at: number): Episode[] {
  const byAlert = Map.groupBy(members, ({ fingerprint }) => fingerprint);
  return members.map((one) => {
    if (one.status !== 'firing') return one;
    const others = (byAlert.get(one.fingerprint) ?? []).filter((other) => other !== one);
    const isOver = others.some((other) => isBefore(one.startsAt, other.startsAt) || isMovedBack(one, other));
    return isOver ? { ...one, status: 'resolved', ended: 'superseded', resolvedSeenAt: at } : one;
  });
}

/** An earlier start that was told later is the same one; never the other way round, which could hide what fires. */
function isMovedBack(one: Episode, { ended, endsAt, firstSeenAt }: Episode): boolean {
  return (
    ended === 'told' && endsAt !== null && firstSeenAt > one.firstSeenAt && !isBefore(endsAt, one.startsAt)
  );
}

/** Canonical times sort as texts, but for their fractions. */
export function isBefore(a: string, b: string): boolean {
  return a.replace('Z', '') < b.replace('Z', '');
}

function latest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return isBefore(a, b) ? b : a;
}
