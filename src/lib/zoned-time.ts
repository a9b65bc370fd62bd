/** A time zone as people name it, and how far it is ahead of UTC at a moment. */
export interface Zone {
  /** IANA name. */
  name: string;
  /** Negative west of Greenwich. `ms` since the epoch. */
  aheadMinutes(ms: number): number;
}

/** `2026-01-03 11:38:47 +01:00`: absolute, with the offset that held then. */
export function formatZonedTime(ms: number, zone: Zone): string {
  const ahead = zone.aheadMinutes(ms);
  const local = new Date(ms + ahead * 60_000).toISOString();
  const minutes = Math.abs(ahead);
  const offset = `${ahead < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${offset}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
