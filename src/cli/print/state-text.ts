import { formatDuration } from '../../lib/duration.ts';
import { formatZonedTime, type Zone } from '../../lib/zoned-time.ts';
import type { HistoryEntry, StateFile, StateItem, StateSection } from '../../protocol/state-file.ts';
import { STATE_SECTIONS } from '../../protocol/state-file.ts';

/** `3m ago`; a moment that is still to come says that a clock was wrong. */
export function ago(time: string | null, now: number): string {
  if (time === null) return 'never seen';
  const ms = now - Date.parse(time);
  return ms < -1000
    ? `${formatDuration(-ms)} in the future: a clock was set back`
    : `${formatDuration(Math.max(0, ms))} ago`;
}

/** When it was scanned, what there is, and who said so. */
export function overviewText(state: StateFile, now: number): string {
  const { generated_at, generated_by, duration_ms } = state.meta;
  return `Scanned ${ago(generated_at, now)} by ${generated_by}, in ${formatDuration(duration_ms)}.\n${sectionsText(state, now)}`;
}

/** The same of a moment that is over, from what was kept of it. */
export function momentText(
  state: StateFile,
  { asked, entry, zone }: { asked: number; entry: HistoryEntry; zone: Zone },
): string {
  const [from, until] = [entry.at, entry.until].map((ms) => formatZonedTime(ms, zone));
  const span =
    entry.until < asked
      ? `, last seen so ${until}; nobody looked between`
      : entry.until === entry.at
        ? ''
        : `, seen so from ${from} until ${until}`;
  // It was scanned again and again while nothing changed; only the first of these scans is kept.
  const scannedAt = Math.min(entry.until, asked);
  const now = Date.parse(state.meta.generated_at) + asked - scannedAt;
  return `As it was ${formatZonedTime(asked, zone)}${span}:\n${sectionsText(state, now)}`;
}

function sectionsText(state: StateFile, now: number): string {
  const counts = STATE_SECTIONS.filter((section) => state[section].length > 0).map((section) => {
    const stale = state[section].filter((item) => item.stale !== null).length;
    return `  ${section.padEnd(10)} ${String(state[section].length).padStart(5)}${stale === 0 ? '' : `  (${stale} stale)`}\n`;
  });
  const sources = sourceLines(state.sources, now);
  // Who did not answer is said with the sources.
  const alerts = state.alerts.filter(({ facts }) => facts.about !== 'sources').map((item) => alertLine(item));
  return [
    ...counts,
    ...(sources.length === 0 ? [] : ['Sources\n', ...sources]),
    ...(alerts.length === 0 ? [] : ['Not as it should be\n', ...first(alerts)]),
  ].join('');
}

/** Of a list: a thousand lines would push what was wanted off the screen. */
const MOST_LINES = 20;

function first(lines: readonly string[]): string[] {
  const more = lines.length - MOST_LINES;
  const shown = lines.slice(0, MOST_LINES).map((line) => `  ${line}\n`);
  return more > 0 ? [...shown, `  … and ${more} more: steward state show alerts\n`] : shown;
}

function sourceLines(sources: StateFile['sources'], now: number): string[] {
  const line = ({ name, seen_at, problem }: StateFile['sources'][number]): string => {
    const last = seen_at === null ? 'never seen' : `last seen ${ago(seen_at, now)}`;
    return `${name.padEnd(24)} ${problem === null ? `answered ${ago(seen_at, now)}` : `${problem}; ${last}`}`;
  };
  if (sources.length <= MOST_LINES) return first(sources.map(line));
  const silent = sources.filter(({ problem }) => problem !== null);
  return [`  ${sources.length - silent.length} of ${sources.length} answered\n`, ...first(silent.map(line))];
}

function alertLine({ name, host, status, facts }: StateItem): string {
  const on = host === null || host === name ? '' : ` on ${host}`;
  return `${name}${on}: ${status}${typeof facts.reason === 'string' ? ` (${facts.reason})` : ''}`;
}

export function itemLine(section: StateSection, item: StateItem, now: number): string {
  const { id, name, host, status, addresses, ports, owner, tags, source, stale } = item;
  const parts = [
    section === 'guests' && id !== name ? `${id} ${name}` : name,
    host === null || host === name ? null : `on ${host}`,
    status,
    addresses.length === 0 ? null : addresses.join(' '),
    ports.length === 0 || (ports.length === 1 && name.endsWith(`:${ports[0]}`))
      ? null
      : `port ${ports.join(' ')}`,
    owner === null ? null : `owner ${owner}`,
    tags.length === 0 ? null : `tags ${tags.join(' ')}`,
    stale === null ? null : `STALE since ${stale.since}: ${stale.reason}`,
  ].filter((part) => part !== null);
  const told = item.seen_at === null ? `declared in the ${source}` : `${source}, ${ago(item.seen_at, now)}`;
  return `${section.replace(/s$/, '').padEnd(8)} ${parts.join(' · ')}  [${told}]\n`;
}

/** One line an entry. A time that is still to come was told by a clock that has been set back since. */
export function historyLine(
  { seq, at, until, tag }: HistoryEntry,
  { now, zone }: { now: number; zone: Zone },
): string {
  const span = until === at ? '' : ` until ${formatZonedTime(until, zone)}`;
  const early = until > now + 1000 ? '  (still to come: a clock was set back)' : '';
  return `#${seq}  ${formatZonedTime(at, zone)}${span}${tag === null ? '' : `  ${tag}`}${early}\n`;
}
