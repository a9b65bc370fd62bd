import { isRecord } from '../lib/is-record.ts';

/**
 * How fast something grows, from what earlier snapshots saw: probe → key of the element → samples, oldest first, as
 * [seconds since the epoch, value]. A JSON value that the app keeps; all functions are pure.
 */
export type TrendHistory = Record<string, Record<string, [number, number][]>>;

const HOUR = 3_600;
const DAY = 24 * HOUR;
const KEEP_SECONDS = 14 * DAY;
const MOST_SAMPLES = 60;
/** Less says more about a day than about a trend. */
const LEAST_SPAN = DAY;
const LEAST_SAMPLES = 4;

/** Remembered values that are no history (another shape, a damaged file) count as none. */
export function readTrends(text: string | undefined): TrendHistory {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    const isSample = (one: unknown) => Array.isArray(one) && one.length === 2 && one.every(Number.isFinite);
    const isSeries = (one: unknown) => Array.isArray(one) && one.every(isSample);
    const isProbe = (one: unknown) => isRecord(one) && Object.values(one).every(isSeries);
    return isRecord(value) && Object.values(value).every(isProbe) ? (value as TrendHistory) : {};
  } catch {
    return {};
  }
}

/**
 * A sample more. At most one an hour is kept, and of those older than a day one in six, so that two weeks are few. A
 * clock that went back drops what then lies in the future.
 */
export function addSample(
  samples: readonly [number, number][],
  now: number,
  value: number,
): [number, number][] {
  const past = samples.filter(([at]) => at <= now && now - at < KEEP_SECONDS);
  const [lastAt] = past.at(-1) ?? [Number.NEGATIVE_INFINITY];
  const grown: [number, number][] = now - lastAt < HOUR ? past : [...past, [now, value]];
  const thinned: [number, number][] = [];
  for (const sample of grown) {
    const [previous] = thinned.at(-1) ?? [Number.NEGATIVE_INFINITY];
    if (now - sample[0] < DAY || sample[0] - previous >= 6 * HOUR) thinned.push(sample);
  }
  return thinned.slice(-MOST_SAMPLES);
}

/**
 * Growth a day: the median of the slopes between all pairs (Theil and Sen), which one clean-up or one large copy does
 * not turn. null while less than a day is known.
 */
export function growthPerDay(samples: readonly [number, number][]): number | null {
  const [first] = samples[0] ?? [0];
  const [last] = samples.at(-1) ?? [0];
  if (samples.length < LEAST_SAMPLES || last - first < LEAST_SPAN) return null;
  const slopes: number[] = [];
  for (const [index, [at, value]] of samples.entries()) {
    for (const [later, then] of samples.slice(index + 1)) {
      if (later > at) slopes.push(((then - value) / (later - at)) * DAY);
    }
  }
  slopes.sort((a, b) => a - b);
  const middle = slopes.length / 2;
  const low = slopes[Math.ceil(middle) - 1] ?? 0;
  const high = slopes[Math.floor(middle)] ?? 0;
  return (low + high) / 2;
}

/** Elements with `per_day`, and what is to be remembered of this probe. */
export function followTrend(
  elements: unknown,
  fields: { key: string; value: string },
  known: Record<string, [number, number][]>,
  now: number,
): { elements: unknown; samples: Record<string, [number, number][]> } {
  if (!Array.isArray(elements)) return { elements, samples: known };
  const samples: Record<string, [number, number][]> = {};
  const grown = elements.map((element: unknown) => {
    const key = isRecord(element) ? element[fields.key] : undefined;
    const value = isRecord(element) ? element[fields.value] : undefined;
    if (typeof key !== 'string' || typeof value !== 'number') return element;
    samples[key] = addSample(known[key] ?? [], now, value);
    const perDay = growthPerDay([...samples[key].filter(([at]) => at < now), [now, value]]);
    return { ...(element as object), per_day: perDay };
  });
  return { elements: grown, samples };
}
