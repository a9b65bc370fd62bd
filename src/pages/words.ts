import { formatDuration } from '../lib/duration.ts';
import { type Html, html } from './html.ts';

/** `21 Nov 19:02, in 11h20m`, in the zone of this process; the footer says which that is. */
export function moment(at: number, now: number): Html {
  const date = new Date(at);
  const day = `${date.getDate()} ${MONTHS[date.getMonth()] ?? ''}`;
  const isToday = new Date(now).toDateString() === date.toDateString();
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return html`<time datetime="${date.toISOString()}">${isToday ? clock : `${day} ${clock}`}, ${distance(at, now)}</time>`;
}

/** `19:02:31`, with the day when it is another than `now`'s. */
export function clockTime(at: number, now: number): Html {
  const date = new Date(at);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  const isToday = new Date(now).toDateString() === date.toDateString();
  const day = isToday ? '' : `${date.getDate()} ${MONTHS[date.getMonth()] ?? ''} `;
  return html`<time datetime="${date.toISOString()}">${day}${clock}</time>`;
}

export function distance(at: number, now: number): string {
  const ms = at - now;
  if (Math.abs(ms) < 60_000) return ms < 0 ? 'just now' : 'in less than a minute';
  return ms < 0 ? `${formatDuration(-ms)} ago` : `in ${formatDuration(ms)}`;
}

/** `UTC+01:00` */
export function zoneOf(now: number): string {
  const minutes = -new Date(now).getTimezoneOffset();
  const size = Math.abs(minutes);
  return minutes === 0
    ? 'UTC'
    : `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

export function dollars(usd: number | null): string {
  if (usd === null) return 'price unknown';
  return usd > 0 && usd < 0.01 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** On one line, and no longer than somebody reads. */
export function brief(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit - 1).toWellFormed()}…` : line;
}

export type Tone = 'calm' | 'good' | 'warn' | 'bad';

/** A word in a coloured frame; the word alone says it too. */
export function chip(text: string, tone: Tone): Html {
  return html`<span class="chip ${tone}">${text}</span>`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function two(number: number): string {
  return String(number).padStart(2, '0');
}
