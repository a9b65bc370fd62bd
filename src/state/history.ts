import type { Zone } from '../lib/zoned-time.ts';
import type { HistoryEntry } from '../protocol/state-file.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const HOURLY_MS = 7 * DAY_MS;
const DAILY_MS = 30 * DAY_MS;
/** Of a clock that leapt further between two writes nobody knows which side is right: nothing is thrown away by it. */
const LEAP_MS = 2 * DAY_MS;

/** Adds what was seen `at`, or prolongs the last entry where nothing has changed. Entries are in the order of `seq`. */
export function remember(
  entries: readonly HistoryEntry[],
  seen: { at: number; digest: string; content: string },
): HistoryEntry[] {
  const last = entries.at(-1);
  // A clock that went back prolongs nothing: there is no such span of time.
  if (last !== undefined && last.content === seen.content && seen.at >= last.at) {
    return [...entries.slice(0, -1), { ...last, until: Math.max(last.until, seen.at), digest: seen.digest }];
  }
  const { at, digest, content } = seen;
  return [...entries, { seq: (last?.seq ?? 0) + 1, at, until: at, digest, content, tag: null }];
}

/**
 * What is kept: everything of the last hour, the last of each hour for 7 days, the last of each day (as clocks on the
 * wall have it) for 30, what has a tag, and the newest of all. An hour is one of UTC, so none is missing or twice when
 * clocks change.
 */
export function prune(
  entries: readonly HistoryEntry[],
  now: number,
  zone: Pick<Zone, 'aheadMinutes'>,
): HistoryEntry[] {
  const newest = entries.at(-1);
  const before = entries.at(-2);
  if (newest === undefined || (before !== undefined && now - before.until > LEAP_MS)) return [...entries];
  const hourOf = (at: number): number => Math.floor(at / HOUR_MS);
  const dayOf = (at: number): number => Math.floor((at + zone.aheadMinutes(at) * 60_000) / DAY_MS);
  const lastOfHour = new Map(entries.map((entry) => [hourOf(entry.at), entry.seq]));
  const lastOfDay = new Map(entries.map((entry) => [dayOf(entry.at), entry.seq]));
  return entries.filter((entry) => {
    const { seq, at, until, tag } = entry;
    // What held until lately is what was so then, however long ago it began.
    const age = now - until;
    if (entry === newest || tag !== null || age < HOUR_MS) return true;
    if (age < HOURLY_MS && lastOfHour.get(hourOf(at)) === seq) return true;
    return age < DAILY_MS && lastOfDay.get(dayOf(at)) === seq;
  });
}

/** What was so at a moment: the last that had been seen by then; undefined: nothing had. */
export function entryAt(entries: readonly HistoryEntry[], at: number): HistoryEntry | undefined {
  return entries
    .filter((entry) => entry.at <= at)
    .sort((a, b) => a.at - b.at || a.seq - b.seq)
    .at(-1);
}

/** What stands in the index; what is no entry is left out, and an index that is no list is empty. */
export function readIndex(text: string | undefined): HistoryEntry[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(isEntry).sort((a, b) => a.seq - b.seq) : [];
  } catch {
    // Written whole or not at all: whoever broke it was not us, and the state itself is not in it.
    return [];
  }
}

function isEntry(value: unknown): value is HistoryEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, at, until, digest, content } = value as Partial<HistoryEntry>;
  return (
    [seq, at, until].every((each) => typeof each === 'number' && Number.isFinite(each)) &&
    [digest, content].every((each) => typeof each === 'string' && /^[\da-f]{64}$/.test(each))
  );
}
