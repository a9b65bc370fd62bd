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

/** Canonical times sort as texts, but for their fractions. */
function latest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a.replace('Z', '') > b.replace('Z', '') ? a : b;
}
