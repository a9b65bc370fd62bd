import { isRecord } from '../lib/is-record.ts';
import { SEVERITIES, type Severity } from '../protocol/finding.ts';

/**
 * What earlier runs found on this host: who was told when, what is muted, and what `changed` rules have seen. A JSON
 * value that the app keeps; all functions are pure.
 */
export interface FindingHistory {
  version: 1;
  entries: Record<string, HistoryEntry>;
  mutes: Record<string, Mute>;
  /** `probe.rule` → value of `changed` → when it was last there. */
  seen: Record<string, Record<string, number>>;
}

/** All times are milliseconds since the epoch. */
export interface HistoryEntry {
  rule: string;
  probe: string;
  severity: Severity;
  /** First of the present unbroken row of sightings. */
  since: number;
  lastSeen: number;
  /** When it last opened the gate; null when it never did (it was muted). */
  openedAt: number | null;
  /** The measure at that time. */
  openedMeasure: number | null;
  /** When a model last looked into it; null: never. What steward wrote before it kept this counts as asked when it opened. */
  askedAt: number | null;
  cooldownMs: number;
  /** How often it came back within the cooldown. */
  returns: number;
  /** When a probe that worked no longer found it; null while it is there. */
  goneAt: number | null;
}

export interface Mute {
  untilMs: number;
  by: string;
}

const DAY = 86_400_000;
export const REMEMBER_GONE_MS = 30 * DAY;
const REMEMBER_UNSEEN_MS = 90 * DAY;
const SEEN_STEP_MS = DAY / 24;
const MOST_ENTRIES = 5_000;
const MOST_SEEN = 2_000;

export function emptyHistory(): FindingHistory {
  return { version: 1, entries: {}, mutes: {}, seen: {} };
}

/** `notice` is for the operator: what was stored could not be read, so everything counts as new again. */
export function readHistory(text: string | undefined): { history: FindingHistory; notice: string | null } {
  if (text === undefined) return { history: emptyHistory(), notice: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isHistory(value)) return { history: withAsked(value), notice: null };
  const notice = 'The stored findings could not be read: every finding counts as new, and mutes are lost.';
  return { history: emptyHistory(), notice };
}

export function writeHistory(history: FindingHistory): string {
  return `${JSON.stringify(history)}\n`;
}

/** A model looked into them: they wait for their cooldown, whoever runs next. */
export function noteAsked(history: FindingHistory, keys: readonly string[], now: number): FindingHistory {
  const asked = keys.flatMap((key) => {
    const entry = history.entries[key];
    // Never before it opened, whatever became of the clock meanwhile.
    const askedAt = Math.max(now, entry?.openedAt ?? now);
    return entry === undefined ? [] : [[key, { ...entry, askedAt }] as const];
  });
  return { ...history, entries: { ...history.entries, ...Object.fromEntries(asked) } };
}

/** Has no model looked into it since it last opened? */
export function isUnasked({ openedAt, askedAt }: HistoryEntry): boolean {
  return openedAt !== null && (askedAt === null || askedAt < openedAt);
}

/** @param key as in Finding.key. A time that has passed lifts the mute. */
export function muteFinding(
  history: FindingHistory,
  key: string,
  untilMs: number,
  by: string,
): FindingHistory {
  return { ...history, mutes: { ...history.mutes, [key]: { untilMs, by } } };
}

/** As if they had not opened the gate yet: whoever was to look into them could not be asked, or was cut off. */
export function reopenFindings(history: FindingHistory, keys: readonly string[]): FindingHistory {
  const reopened = keys.flatMap((key) => {
    const entry = history.entries[key];
    return entry === undefined ? [] : [[key, { ...entry, openedAt: null, openedMeasure: null }] as const];
  });
  return { ...history, entries: { ...history.entries, ...Object.fromEntries(reopened) } };
}

/**
 * What a run judged, put into what is stored now: entries of the probes it judged are its own, all others, the mutes and
 * what `changed` rules have seen are as another process may have left them meanwhile.
 */
export function mergeEntries(
  stored: FindingHistory,
  judged: FindingHistory,
  probes: readonly string[],
): FindingHistory {
  const others = Object.entries(stored.entries).filter(([, entry]) => !probes.includes(entry.probe));
  const own = Object.entries(judged.entries).filter(([, entry]) => probes.includes(entry.probe));
  return { ...stored, entries: Object.fromEntries([...others, ...own]) };
}

/**
 * What `changed` rules saw counts as seen once somebody was told: only then is it no news any more. When it was last seen
 * is kept to the hour, so that a check which sees what the last one saw has nothing to write.
 */
export function mergeSeen(stored: FindingHistory, judged: FindingHistory): FindingHistory {
  const seen = { ...stored.seen };
  for (const [rule, values] of Object.entries(judged.seen)) {
    const known = seen[rule] ?? {};
    const news = Object.entries(values).filter(
      ([value, at]) => !(Math.abs(at - (known[value] ?? Number.NaN)) < SEEN_STEP_MS),
    );
    seen[rule] = { ...known, ...Object.fromEntries(news) };
  }
  return { ...stored, seen };
}

/** Drops what nobody will ask for again, so that the file stays small for years. */
export function pruneHistory(history: FindingHistory, now: number): FindingHistory {
  const isKept = (entry: HistoryEntry) =>
    now - entry.lastSeen < REMEMBER_UNSEEN_MS &&
    (entry.goneAt === null || now - entry.goneAt < REMEMBER_GONE_MS);
  const entries = Object.entries(history.entries)
    .filter(([, entry]) => isKept(entry))
    .sort(([, a], [, b]) => b.lastSeen - a.lastSeen)
    .slice(0, MOST_ENTRIES);
  const mutes = Object.entries(history.mutes).filter(([, mute]) => mute.untilMs > now);
  const seen = Object.entries(history.seen).flatMap(([rule, values]) => {
    const kept = Object.entries(values)
      .filter(([, at]) => now - at < REMEMBER_GONE_MS)
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_SEEN);
    // All of it too old: the host was away, and learns again rather than calling everything new.
    return kept.length === 0 && Object.keys(values).length > 0
      ? []
      : [[rule, Object.fromEntries(kept)] as const];
  });
  return {
    version: 1,
    entries: Object.fromEntries(entries),
    mutes: Object.fromEntries(mutes),
    seen: Object.fromEntries(seen),
  };
}

function withAsked(history: FindingHistory): FindingHistory {
  const entries = Object.entries(history.entries).map(([key, entry]) => {
    const { askedAt = entry.openedAt } = entry as Partial<HistoryEntry> & HistoryEntry;
    return [key, { ...entry, askedAt }] as const;
  });
  return { ...history, entries: Object.fromEntries(entries) };
}

function isHistory(value: unknown): value is FindingHistory {
  if (!isRecord(value) || value.version !== 1) return false;
  const { entries, mutes, seen } = value;
  return (
    isRecord(entries) &&
    Object.values(entries).every(isEntry) &&
    isRecord(mutes) &&
    Object.values(mutes).every(
      (m) => isRecord(m) && Number.isFinite(m.untilMs) && typeof m.by === 'string',
    ) &&
    isRecord(seen) &&
    Object.values(seen).every((values) => isRecord(values) && Object.values(values).every(Number.isFinite))
  );
}

function isEntry(value: unknown): value is HistoryEntry {
  if (!isRecord(value)) return false;
  const isNumberOrNull = (key: string) => value[key] === null || Number.isFinite(value[key]);
  return (
    typeof value.rule === 'string' &&
    typeof value.probe === 'string' &&
    (SEVERITIES as readonly unknown[]).includes(value.severity) &&
    ['since', 'lastSeen', 'cooldownMs', 'returns'].every((key) => Number.isFinite(value[key])) &&
    ['openedAt', 'openedMeasure', 'goneAt'].every(isNumberOrNull) &&
    (value.askedAt === undefined || isNumberOrNull('askedAt'))
  );
}
