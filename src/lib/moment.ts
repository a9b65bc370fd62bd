import { parseDuration } from './duration.ts';
import type { Zone } from './zoned-time.ts';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Milliseconds since the epoch. */
export interface SaidMoment {
  at: number;
  /** When clocks show the same once more, because they went back; null: they do not. */
  again: number | null;
  /** Clocks went forward over it, so none has shown it. */
  isLeftOut: boolean;
}

/**
 * A moment as people say it: `yesterday at 14:00`, `monday 9:30`, `today 08:00`, `2026-10-25 02:30`, `2h ago`, `14:00`,
 * or with its offset, `2026-10-25 02:30 +01:00` and RFC 3339. undefined: not a moment. Wall times are those of the
 * zone: of one that comes twice when clocks go back it is the first, and one that is left out when they go forward is
 * as much later.
 */
export function readMoment(
  text: string,
  now: number,
  zone: Pick<Zone, 'aheadMinutes'>,
): SaidMoment | undefined {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/\s+at\s+|\s+/g, ' ');
  const at = words === 'now' ? now : (agoMoment(words, now) ?? absoluteMoment(words));
  return at === undefined ? wallMoment(words, now, zone) : { at, again: null, isLeftOut: false };
}

function agoMoment(words: string, now: number): number | undefined {
  const ms = parseDuration((/^(.+?) ?ago$/.exec(words)?.[1] ?? '').replaceAll(' ', ''));
  return ms === undefined ? undefined : now - ms;
}

function absoluteMoment(words: string): number | undefined {
  const [, day = '', time = '', offset = ''] =
    /^(\d{4}-\d{2}-\d{2})[t ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?(z|[+-]\d{2}:\d{2})$/.exec(words) ?? [];
  const ms = Date.parse(`${day}T${time}${offset.toUpperCase()}`);
  return Number.isNaN(ms) || dateOf(day) === undefined ? undefined : ms;
}

function wallMoment(words: string, now: number, zone: Pick<Zone, 'aheadMinutes'>): SaidMoment | undefined {
  const match =
    /^(?:(today|yesterday|[a-z]+day|\d{4}-\d{2}-\d{2})[ t]?)?(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/.exec(
      words,
    );
  if (match === null || words === '') return undefined;
  const [, day, hours, minutes = '0', seconds = '0'] = match;
  const today = Math.floor((now + zone.aheadMinutes(now) * MINUTE_MS) / DAY_MS) * DAY_MS;
  const midnight = dayOf(day, today);
  if (midnight === undefined || Number(hours ?? 0) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    return undefined;
  const wall = midnight + (Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return momentOfWall(wall, zone);
}

/** Midnight of the day, as if the zone were UTC. A weekday is the last one before today. */
function dayOf(word: string | undefined, today: number): number | undefined {
  if (word === undefined || word === 'today') return today;
  if (word === 'yesterday') return today - DAY_MS;
  if (/^\d/.test(word)) return dateOf(word);
  const index = DAYS.indexOf(word);
  if (index === -1) return undefined;
  const back = (new Date(today).getUTCDay() - index + 7) % 7 || 7;
  return today - back * DAY_MS;
}

function dateOf(word: string): number | undefined {
  const ms = Date.parse(`${word}T00:00:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== word ? undefined : ms;
}

/** From wall time, written as if it were UTC, to the moment at which clocks show it. */
export function momentOfWall(wall: number, zone: Pick<Zone, 'aheadMinutes'>): SaidMoment {
  // Offsets that hold a day before and a day after: the clock changes between them at most once.
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((ms) => zone.aheadMinutes(ms) * MINUTE_MS);
  const fits = offsets
    .map((ahead) => wall - ahead)
    .filter((ms) => ms + zone.aheadMinutes(ms) * MINUTE_MS === wall);
  const [at, again] = [Math.min(...fits), Math.max(...fits)];
  if (fits.length === 0) return { at: wall - (offsets[0] ?? 0), again: null, isLeftOut: true };
  return { at, again: again === at ? null : again, isLeftOut: false };
}
