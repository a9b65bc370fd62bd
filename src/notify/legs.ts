import type { SendResult } from './channel.ts';
import type { Notice } from './notice.ts';

/** One message on one channel. */
export interface Leg {
  channel: string;
  /**
   * waiting: it is still to be told. told: the channel took it. dropped: another message or another channel told it
   * instead. failed: given up.
   */
  state: 'waiting' | 'told' | 'dropped' | 'failed';
  /** Also the one that is on: written before it is made, so that a crash shows as one. */
  attempts: number;
  /** Milliseconds since the epoch. */
  nextAt: number;
  /** Why it was not told yet, or not at all. */
  reason: string | null;
  endedAt: number | null;
  /** The channel that it stands in for. */
  insteadOf: string | null;
}

/** What stands in the outbox. */
export interface Entry {
  /** Of its key; what receivers know it by. */
  id: string;
  /** When it was put in, milliseconds since the epoch; no two are the same. */
  putAt: number;
  /** Of its file. */
  name: string;
  notice: Notice;
  legs: Leg[];
}

/** What is not told by then is given up, and shown as failed. */
export const GIVE_UP_MS = 48 * 60 * 60 * 1000;
const FIRST_BACKOFF_MS = 2_000;
const SHORTEST_WAIT_MS = 1_000;
const LONGEST_BACKOFF_MS = 15 * 60 * 1000;
/** After so many attempts, or at once when it would not help to try again, another channel tells it too. */
export const ATTEMPTS_BEFORE_FALLBACK = 3;
/** The same where it asks for more patience than this. */
export const LONG_WAIT_MS = 60_000;

export function newLeg(channel: string, nextAt: number, insteadOf: string | null = null): Leg {
  return { channel, state: 'waiting', attempts: 0, nextAt, reason: null, endedAt: null, insteadOf };
}

export function isOver({ legs }: Pick<Entry, 'legs'>): boolean {
  return legs.every(({ state }) => state !== 'waiting');
}

/**
 * What can be sent now, one message a channel, in the order in which it was put in. In a thread nothing overtakes: while
 * an earlier message of it waits on a channel, later ones do too. Channels in `busy` are at work or are to be left alone.
 */
export function dueLegs(
  entries: readonly Entry[],
  now: number,
  busy: (channel: string) => boolean,
): { entry: Entry; channel: string }[] {
  const due = new Map<string, Entry>();
  const blocked = new Set<string>();
  for (const entry of entries) {
    for (const { channel, state, nextAt } of entry.legs) {
      if (state !== 'waiting') continue;
      const place = `${channel} ${entry.notice.thread}`;
      const isReady = nextAt <= now && !blocked.has(place) && !busy(channel);
      if (isReady && !due.has(channel)) due.set(channel, entry);
      blocked.add(place);
    }
  }
  return [...due].map(([channel, entry]) => ({ entry, channel }));
}

/** Each message says all there is to say: one that waits is not needed any more when a later one of its thread waits too. */
export function dropOvertaken(entries: readonly Entry[], now: number): Entry[] {
  const changed: Entry[] = [];
  const later = new Map<string, boolean>();
  for (const entry of [...entries].reverse()) {
    const legs = entry.legs.map((leg) => {
      if (leg.state !== 'waiting') return leg;
      const place = `${leg.channel} ${entry.notice.thread}`;
      const isLoud = later.get(place);
      const isOvertaken = isLoud !== undefined && (isLoud || !entry.notice.isLoud);
      if (!isOvertaken) later.set(place, entry.notice.isLoud);
      return isOvertaken ? end(leg, 'dropped', now, 'a later message says it') : leg;
    });
    if (legs.some((leg, index) => leg !== entry.legs[index])) changed.push({ ...entry, legs });
  }
  return changed.reverse();
}

/** What waits for a channel that is down for longer is told by the one that stands in for it. Gives what changed. */
export function standIn(
  entries: readonly Entry[],
  isDown: (channel: string) => boolean,
  fallbacks: Readonly<Record<string, string | null>>,
  now: number,
): Entry[] {
  return entries.flatMap((entry) => {
    const added = entry.legs.flatMap(({ channel, state, attempts, nextAt }) => {
      const other = fallbacks[channel] ?? null;
      if (state !== 'waiting' || other === null || !isDown(channel)) return [];
      // Not tried yet, it may be held until the quiet hours are over.
      return entry.legs.some((leg) => leg.channel === other)
        ? []
        : [newLeg(other, attempts === 0 ? nextAt : now, channel)];
    });
    return added.length === 0 ? [] : [{ ...entry, legs: [...entry.legs, ...added] }];
  });
}

export interface Attempted {
  now: number;
  /** From 0 up to 1. */
  random: number;
  /** The channel that tells it when this one cannot; null: none. */
  fallback: string | null;
}

/** The entry after an attempt on a channel. */
export function afterSend(
  entry: Entry,
  channel: string,
  result: SendResult,
  { now, random, fallback }: Attempted,
): Entry {
  const leg = entry.legs.find((one) => one.channel === channel && one.state === 'waiting');
  if (leg === undefined) return entry;
  const replace = (make: (one: Leg) => Leg): Leg[] =>
    entry.legs.map((one) => (one === leg ? make(one) : one));
  if (result.ok) {
    const legs = replace((one) => end(one, 'told', now, null));
    return {
      ...entry,
      legs: legs.map((one) =>
        isStoodInFor(one, leg) ? end(one, 'dropped', now, `told by ${channel}`) : one,
      ),
    };
  }
  const { reason } = result;
  if (now - entry.putAt >= GIVE_UP_MS)
    return { ...entry, legs: replace((one) => end(one, 'failed', now, reason)) };
  const backoffMs = result.isFinal
    ? LONGEST_BACKOFF_MS
    : Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(leg.attempts - 1, 20));
  // As was asked for and never sooner; spread, so that many do not come back at once.
  const askedMs = result.retryAfterMs === null ? null : Math.max(SHORTEST_WAIT_MS, result.retryAfterMs);
  const waitMs = (askedMs ?? backoffMs) * (1 + random / 4);
  const legs = replace((one) => ({ ...one, reason, nextAt: Math.ceil(now + waitMs) }));
  const isDue = result.isFinal || leg.attempts >= ATTEMPTS_BEFORE_FALLBACK || waitMs > LONG_WAIT_MS;
  const hasOne = fallback === null || entry.legs.some((one) => one.channel === fallback);
  return { ...entry, legs: isDue && !hasOne ? [...legs, newLeg(fallback, now, channel)] : legs };
}

function isStoodInFor(one: Leg, told: Leg): boolean {
  return one.state === 'waiting' && (told.insteadOf === one.channel || one.insteadOf === told.channel);
}

function end(leg: Leg, state: Leg['state'], endedAt: number, reason: string | null): Leg {
  return { ...leg, state, endedAt, reason };
}
