import { isOpenAt, type WeekWindow, weekTimeOf } from '../lib/week-window.ts';
import type { Zone } from '../lib/zoned-time.ts';
import type { Severity } from '../protocol/finding.ts';
import type { Notice } from './notice.ts';

/** Who is told what, as settings say it; names of channels, or `digest`. */
export interface RouteRules {
  /** All channels there are, in the order of the settings. */
  channels: readonly string[];
  /** On which a message can take the place of an earlier one: the others hear only what is worth a new one. */
  updating: readonly string[];
  routes: Record<Severity, readonly string[] | null>;
  escalateTo: readonly string[];
  digestTo: readonly string[];
  /** Hours in which only what is critical is told; the rest waits for their end. */
  quiet: readonly WeekWindow[];
}

/** Where a thread was told so far. */
export interface ToldOn {
  channels: readonly string[];
  inDigest: boolean;
}

export interface Route {
  channels: string[];
  toDigest: boolean;
  /** Milliseconds since the epoch: not before. */
  notBefore: number;
}

export type Routed = Pick<Notice, 'severity' | 'kind' | 'isSequel' | 'isLoud'>;

export const DIGEST = 'digest';

/** Who is told of it, and when; nobody, and not in the digest either: it is not told at all. */
export function routeNotice(
  notice: Routed,
  told: ToldOn,
  rules: RouteRules,
  { now, zone }: { now: number; zone: Pick<Zone, 'aheadMinutes'> },
): Route {
  const { channels: wanted, toDigest } = placesOf(notice, told, rules);
  const isMinor = notice.kind === 'changed' && !notice.isLoud;
  const channels = isMinor ? wanted.filter((name) => rules.updating.includes(name)) : wanted;
  const isHeld = notice.severity !== 'critical' && notice.kind !== 'test';
  return { channels, toDigest, notBefore: isHeld ? endOfQuiet(rules.quiet, now, zone) : now };
}

function placesOf(
  { severity, kind, isSequel }: Routed,
  told: ToldOn,
  rules: RouteRules,
): Omit<Route, 'notBefore'> {
  const known = (names: readonly string[]): string[] => rules.channels.filter((name) => names.includes(name));
  if (kind === 'digest') return { channels: digestChannels(rules), toDigest: false };
  // Whoever heard that it began hears how it goes on; nobody else.
  if (isSequel) return { channels: known(told.channels), toDigest: told.inDigest };
  const routed = rules.routes[severity] ?? defaultRoute(severity, rules);
  const also = kind === 'escalated' ? rules.escalateTo : told.channels;
  const channels = known([...routed, ...also]);
  return { channels, toDigest: routed.includes(DIGEST) && channels.length === 0 };
}

/** Everybody for what matters; the rest can wait for the digest. */
function defaultRoute(severity: Severity, { channels }: RouteRules): readonly string[] {
  return severity === 'info' ? [DIGEST] : channels;
}

function digestChannels({ channels, digestTo }: RouteRules): string[] {
  const wanted = channels.filter((name) => digestTo.includes(name));
  return wanted.length > 0 ? wanted : channels.slice(0, 1);
}

const MINUTE_MS = 60_000;
const WEEK_MINUTES = 8 * 24 * 60;

/** `now` where nothing is quiet. */
function endOfQuiet(windows: readonly WeekWindow[], now: number, zone: Pick<Zone, 'aheadMinutes'>): number {
  const isQuiet = (at: number): boolean => windows.some((window) => isOpenAt(window, weekTimeOf(at, zone)));
  if (!isQuiet(now)) return now;
  const first = Math.ceil(now / MINUTE_MS) * MINUTE_MS;
  for (let minute = 0; minute < WEEK_MINUTES; minute += 1) {
    const at = first + minute * MINUTE_MS;
    if (!isQuiet(at)) return at;
  }
  // All of the week is quiet: that cannot be meant.
  return now;
}
