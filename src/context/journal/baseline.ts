/**
 * What this host's journal is used to say: per kind of serious line, when it was first and last seen and how often an
 * hour. A JSON value; updating is pure. The first run only learns.
 */
export interface JournalBaseline {
  version: 1;
  /** Milliseconds since the epoch of the last update. */
  at: number;
  kinds: Record<string, KnownKind>;
}

export interface KnownKind {
  /** First sighting of an unbroken row (no gap of 7 days); 0 for what was there when learning began. */
  first: number;
  last: number;
  /** Lines an hour, decaying: a week ago counts a third. */
  rate: number;
  /** Hours for which `rate` was observed. */
  hours: number;
}

export interface KindCount {
  id: string;
  /** All lines in the window, and those newer than the last update. */
  count: number;
  fresh: number;
  last: number;
}

export interface KindMark {
  isNew: boolean;
  isSurge: boolean;
}

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
const MOST_KINDS = 2_000;
/** Under these a rate says nothing. */
const SURGE_LEAST_COUNT = 20;
const SURGE_LEAST_HOURS = 24;
const SURGE_FACTOR = 10;
const LOWEST_RATE = 0.1;

/** null: this host was never seen, so everything is learned and nothing is new. */
export function updateBaseline(
  baseline: JournalBaseline | null,
  counts: readonly KindCount[],
  window: { from: number; now: number },
): { baseline: JournalBaseline; marks: Map<string, KindMark> } {
  const { now } = window;
  const windowHours = Math.max((now - window.from) / HOUR, 0.25);
  const freshHours = Math.max((now - Math.max(baseline?.at ?? 0, window.from)) / HOUR, 1 / 60);
  const kept = Math.exp((-freshHours * HOUR) / WEEK);

  const kinds = new Map<string, KnownKind>();
  for (const [id, kind] of Object.entries(baseline?.kinds ?? {})) {
    kinds.set(id, { ...kind, rate: kind.rate * kept, hours: kind.hours + freshHours });
  }
  const marks = new Map<string, KindMark>();
  for (const { id, count, fresh, last } of counts) {
    const known = kinds.get(id);
    const isGone = known !== undefined && last - known.last > WEEK;
    const first = baseline === null ? 0 : known === undefined || isGone ? last : known.first;
    const hours = known?.hours ?? freshHours;
    marks.set(id, {
      isNew: baseline !== null && now - first <= WEEK,
      isSurge:
        known !== undefined &&
        hours >= SURGE_LEAST_HOURS &&
        count >= SURGE_LEAST_COUNT &&
        count / windowHours >= SURGE_FACTOR * Math.max(known.rate, LOWEST_RATE),
    });
    const rate =
      known === undefined ? fresh / Math.max(freshHours, 1) : known.rate + (fresh / freshHours) * (1 - kept);
    kinds.set(id, { first, last: Math.max(last, known?.last ?? 0), rate, hours });
  }
  const newest = [...kinds].sort(([, a], [, b]) => b.last - a.last).slice(0, MOST_KINDS);
  return { baseline: { version: 1, at: now, kinds: Object.fromEntries(newest) }, marks };
}

/** Anything that is not a baseline (corrupt, from another version) is null: learning starts again. */
export function readBaseline(text: string | undefined): {
  baseline: JournalBaseline | null;
  notice: string | null;
} {
  if (text === undefined) return { baseline: null, notice: null };
  const notice = 'The stored journal baseline could not be read; this run learns it again.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { baseline: null, notice };
  }
  return isBaseline(value) ? { baseline: value, notice: null } : { baseline: null, notice };
}

export function writeBaseline(baseline: JournalBaseline): string {
  return `${JSON.stringify(baseline)}\n`;
}

function isBaseline(value: unknown): value is JournalBaseline {
  if (typeof value !== 'object' || value === null) return false;
  const { version, at, kinds } = value as Record<string, unknown>;
  if (version !== 1 || typeof at !== 'number' || typeof kinds !== 'object' || kinds === null) return false;
  return Object.values(kinds).every(
    (kind: unknown) =>
      typeof kind === 'object' &&
      kind !== null &&
      ['first', 'last', 'rate', 'hours'].every((key) =>
        Number.isFinite((kind as Record<string, unknown>)[key]),
      ),
  );
}
