/**
 * One time that an alert fired: (fingerprint, startsAt). The same fingerprint with another start is another episode.
 * Times are milliseconds since the epoch, by our clock, unless they are texts of the source.
 */
export interface Episode {
  fingerprint: string;
  startsAt: string;
  endsAt: string | null;
  status: 'firing' | 'resolved';
  /** false: it was told as resolved, and nobody ever told that it fired. */
  wasSeenFiring: boolean;
  /**
   * How we know that it ended: the source said so, told a later episode of the same alert, left it out of a full picture,
   * or said nothing for too long.
   */
  ended: 'told' | 'superseded' | 'unlisted' | 'expired' | null;
  firstSeenAt: number;
  lastSeenAt: number;
  /** When we heard that it ended. */
  resolvedSeenAt: number | null;
  /** Since when a full picture of its group does not hold it, although nobody said that it ended. */
  unlistedAt: number | null;
  /** Times that it was told as firing right after its end: late copies, or it fires again. */
  contradictions: number;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}
