import { parseDuration } from './duration.ts';
import type { Zone } from './zoned-time.ts';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * A moment as people say it: `yesterday at 14:00`, `monday 9:30`, `today 08:00`, `2026-10-25 02:30`, `2h ago`, `14:00`,
 * or RFC 3339. Milliseconds since the epoch; undefined: not a moment. Wall times are those of the zone: of one that
 * comes twice when clocks go back it is the first, and one that is left out when they go forward is as much later.
 */
export function parseMoment(text: string, now: number, zone: Pick<Zone, 'aheadMinutes'>): number | undefined {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/\s+at\s+|\s+/g, ' ');
  if (words === 'now') return now;
  const ago = /^(.+?) ?ago$/.exec(words)?.[1];
  if (ago !== undefined) {
    const ms = parseDuration(ago.replaceAll(' ', ''));
    return ms === undefined ? undefined : now - ms;
  }
  if (/^\d{4}-\d{2}-\d{2}t\d{2}:\d{2}.*(z|[+-]\d{2}:\d{2})$/.test(words)) {
    const ms = Date.parse(text.trim());
    return Number.isNaN(ms) ? undefined : ms;
  }
  return wallMoment(words, now, zone);
}

function wallMoment(words: string, now: number, zone: Pick<Zone, 'aheadMinutes'>): number | undefined {
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
  return toEpoch(wall, zone);
}

/** Midnight of the day, as if the zone were UTC. A weekday is the last one before today. */
function dayOf(word: string | undefined, today: number): number | undefined {
  if (word === undefined || word === 'today') return today;
  if (word === 'yesterday') return today - DAY_MS;
  if (/^\d/.test(word)) {
    const ms = Date.parse(`${word}T00:00:00Z`);
    return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== word ? undefined : ms;
  }
  const index = DAYS.indexOf(word);
  if (index === -1) return undefined;
  const back = (new Date(today).getUTCDay() - index + 7) % 7 || 7;
  return today - back * DAY_MS;
}

/** From wall time, written as if it were UTC, to the moment at which clocks show it. */
export function toEpoch(wall: number, zone: Pick<Zone, 'aheadMinutes'>): number {
  // Offsets that hold a day before and a day after: the clock changes between them at most once.
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((ms) => zone.aheadMinutes(ms) * MINUTE_MS);
  const fits = offsets
    .map((ahead) => wall - ahead)
    .filter((ms) => ms + zone.aheadMinutes(ms) * MINUTE_MS === wall);
  return fits.length > 0 ? Math.min(...fits) : wall - (offsets[0] ?? 0);
}
