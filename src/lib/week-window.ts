import type { Zone } from './zoned-time.ts';

/** Hours of the week in which something may be done. No days: every day. */
export interface WeekWindow {
  /** 0 is Sunday. */
  days: number[];
  /** Minutes since midnight. An end before the start is on the next day. */
  from: number;
  to: number;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** `02:00-05:00`, `Sat 02:00-05:00`, `Mon-Fri 22:00-06:00`, `Sat,Sun 10:00-12:00`. undefined: not a window. */
export function parseWindow(text: string): WeekWindow | undefined {
  const match = /^(?:([a-z,-]+)\s+)?(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/i.exec(text.trim());
  if (match === null) return undefined;
  const days = match[1] === undefined || match[1].toLowerCase() === 'daily' ? [] : parseDays(match[1]);
  const from = minutesOf(match[2], match[3]);
  const to = minutesOf(match[4], match[5]);
  return days === undefined || from === undefined || to === undefined || from === to
    ? undefined
    : { days, from, to };
}

function parseDays(text: string): number[] | undefined {
  const days = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [first = '', last = first] = part.split('-');
    const from = DAYS.indexOf(first.slice(0, 3));
    const to = DAYS.indexOf(last.slice(0, 3));
    if (from === -1 || to === -1) return undefined;
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === to) break;
    }
  }
  return [...days].sort();
}

function minutesOf(hours: string | undefined, minutes: string | undefined): number | undefined {
  const h = Number(hours);
  const m = Number(minutes);
  return h <= 24 && m <= 59 && h * 60 + m <= 24 * 60 ? h * 60 + m : undefined;
}

/** Is it open at this time of the week? `day` 0 is Sunday, `minute` since midnight, both local. */
export function isOpenAt({ days, from, to }: WeekWindow, { day, minute }: WeekTime): boolean {
  const isDay = (wanted: number): boolean => days.length === 0 || days.includes(wanted);
  if (from < to) return isDay(day) && minute >= from && minute < to;
  // Over midnight: it began today, or yesterday.
  return (isDay(day) && minute >= from) || (isDay((day + 6) % 7) && minute < to);
}

export interface WeekTime {
  day: number;
  minute: number;
}

/** Wall time of the zone, so that a window means the same before and after a clock change. */
export function weekTimeOf(atMs: number, zone: Pick<Zone, 'aheadMinutes'>): WeekTime {
  const local = new Date(atMs + zone.aheadMinutes(atMs) * 60_000);
  return { day: local.getUTCDay(), minute: local.getUTCHours() * 60 + local.getUTCMinutes() };
}

const STEP_MS = 60_000;
const WEEK_MS = 8 * 24 * 60 * 60 * 1000;

/** When it opens next, milliseconds since the epoch; `atMs` itself while it is open. */
export function nextOpening(window: WeekWindow, atMs: number, zone: Pick<Zone, 'aheadMinutes'>): number {
  const isOpen = (at: number): boolean => isOpenAt(window, weekTimeOf(at, zone));
  if (isOpen(atMs)) return atMs;
  const first = Math.ceil(atMs / STEP_MS) * STEP_MS;
  for (let at = first; at < first + WEEK_MS; at += STEP_MS) if (isOpen(at)) return at;
  return first + WEEK_MS;
}
