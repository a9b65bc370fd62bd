import { capLine } from '../lib/cap.ts';
import { formatDuration } from '../lib/duration.ts';
import { printable } from '../lib/printable.ts';
import { formatZonedTime, type Zone } from '../lib/zoned-time.ts';
import type { Severity } from '../protocol/finding.ts';
import type { Line, Piece } from './notice.ts';

/** In what light everything of one moment is told. */
export interface Scene {
  /** Milliseconds since the epoch. */
  now: number;
  zone: Zone;
  mask(text: string): string;
}

/** Words from outside on one line. Masked before they are cut: half a secret is not known any more. */
export function quote(text: string, limit: number, { mask }: Pick<Scene, 'mask'>): Piece {
  return { outside: capLine(flat(mask(text)), limit) };
}

/** Words from outside over several lines, each marked as such; what was left out is said. */
export function quoteBlock(
  text: string,
  { lines: most, width }: { lines: number; width: number },
  { mask }: Pick<Scene, 'mask'>,
): Line[] {
  const lines = printable(mask(text))
    .split('\n')
    .map((line) => capLine(flat(line), width))
    .filter((line) => line !== '');
  const left = lines.length - most;
  return [
    ...lines.slice(0, most).map((line): Line => ['> ', { outside: line }]),
    ...(left > 0 ? [[`> … ${left} more line${left === 1 ? '' : 's'}`]] : []),
  ];
}

/** `since 02:14`; the date too when that was on another day than now. */
export function since(at: number, { now, zone }: Scene): string {
  return `since ${clockTime(at, { now, zone })}`;
}

export function clockTime(at: number, { now, zone }: Pick<Scene, 'now' | 'zone'>): string {
  const text = formatZonedTime(at, zone);
  const isToday = text.slice(0, 10) === formatZonedTime(now, zone).slice(0, 10);
  return isToday ? text.slice(11, 16) : text.slice(0, 16);
}

export function lasted(fromMs: number, toMs: number): string {
  return formatDuration(Math.max(1_000, toMs - fromMs));
}

const SEVERITY_WORDS: Record<string, Severity> = {
  critical: 'critical',
  page: 'critical',
  error: 'critical',
  high: 'critical',
  info: 'info',
  low: 'info',
};

/** What senders call it, as one of ours; whatever is not known is a warning. */
export function severityOf(word: string | null): Severity {
  const known = Object.hasOwn(SEVERITY_WORDS, word ?? '') ? SEVERITY_WORDS[word ?? ''] : undefined;
  return known ?? 'warning';
}

export function worst(severities: readonly Severity[]): Severity {
  if (severities.includes('critical')) return 'critical';
  return severities.includes('warning') ? 'warning' : 'info';
}

/** No control characters, no line ends, no marks that hide or turn text round. */
function flat(text: string): string {
  return printable(text)
    .replace(/[\u200b-\u200f\u2028\u2029\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toWellFormed();
}
