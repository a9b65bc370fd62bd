import { formatDuration } from '../../lib/duration.ts';
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

/** What there is, by section, and who said so. */
export function overviewText(state: StateFile, now: number): string {
  const counts = STATE_SECTIONS.filter((section) => state[section].length > 0).map((section) => {
    const stale = state[section].filter((item) => item.stale !== null).length;
    return `  ${section.padEnd(10)} ${String(state[section].length).padStart(5)}${stale === 0 ? '' : `  (${stale} stale)`}\n`;
  });
  const sources = state.sources.map(
    ({ name, seen_at, problem }) =>
      `  ${name.padEnd(24)} ${problem === null ? `answered ${ago(seen_at, now)}` : `${problem}; ${seen_at === null ? 'never seen' : `last seen ${ago(seen_at, now)}`}`}\n`,
  );
  const alerts = state.alerts.map((item) => `  ${alertLine(item)}\n`);
  return [
    `Scanned ${ago(state.meta.generated_at, now)} by ${state.meta.generated_by}, in ${formatDuration(state.meta.duration_ms)}.\n`,
    ...counts,
    ...(sources.length === 0 ? [] : ['Sources\n', ...sources]),
    ...(alerts.length === 0 ? [] : ['Not as it should be\n', ...alerts]),
  ].join('');
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

export function historyLine({ seq, at, until, tag }: HistoryEntry): string {
  const span = until === at ? '' : ` until ${new Date(until).toISOString()}`;
  return `#${seq}  ${new Date(at).toISOString()}${span}${tag === null ? '' : `  ${tag}`}\n`;
}
