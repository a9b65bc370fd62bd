import type { StateItem, StateSection } from '../protocol/state-file.ts';
import type { StateChange } from './diff.ts';

const ONE: Record<StateSection, string> = {
  hosts: 'host',
  guests: 'guest',
  services: 'service',
  endpoints: 'endpoint',
  jobs: 'job',
  providers: 'provider',
  alerts: 'alert',
};
/** Of the same happening more are counted and not each told. */
const MOST_NAMED = 5;

/** One sentence a happening, as somebody would tell it who was there; what happened to many at once is one. */
export function describeDiff(changes: readonly StateChange[]): string[] {
  const groups = new Map<string, StateChange[]>();
  for (const change of changes) {
    const key = groupOf(change);
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    if (first === undefined) return '';
    return group.length === 1 ? sentence(first) : together(first, group);
  });
}

/** Statuses of each thing stand alone; what comes, goes or falls silent with a whole source is told together. */
function groupOf(change: StateChange): string {
  const { kind, section, item } = change;
  const where =
    kind === 'silent' || kind === 'back' ? item.source : `${section} ${item.source} ${item.host ?? ''}`;
  return kind === 'changed' ? `${section} ${item.source} ${item.id} ${change.field}` : `${kind} ${where}`;
}

function sentence(change: StateChange): string {
  const what = nameOf(change.section, change.item);
  switch (change.kind) {
    case 'appeared':
      return `${what} is new${statusOf(change.item)}.`;
    case 'gone':
      return `${what} is gone${wasOf(change.item)}.`;
    case 'silent':
      return `${what} is stale: ${change.item.stale?.reason ?? 'its source does not answer'}.`;
    case 'back':
      return `${what} is seen again${statusOf(change.item)}.`;
    case 'changed':
      return change.field === 'host' ? moved(change) : changed(what, change);
  }
}

function changed(what: string, { field, from, to }: Extract<StateChange, { kind: 'changed' }>): string {
  const was = from === null ? '' : `; it was ${from}`;
  switch (field) {
    case 'status':
      if (to === null) return `Nobody says any more how ${what} is${was}.`;
      return `${what} ${to === 'failed' ? 'has failed' : `is ${to} now`}${was.replace('was failed', 'had failed')}.`;
    case 'owner':
      return to === null
        ? `${what} belongs to nobody any more${was}.`
        : `${what} belongs to ${to} now${was}.`;
    case 'ports':
      return listChange(what, 'listens on', 'no longer on', from, to);
    case 'addresses':
      return listChange(what, 'has the address', 'no longer', from, to);
    case 'tags':
      return listChange(what, 'is tagged', 'no longer', from, to);
    default:
      return `The ${field.replaceAll('_', ' ')} of ${what} is ${to ?? 'not told'} now${was}.`;
  }
}

/** Named without the place that it is no more. */
function moved({ section, item, from, to }: Extract<StateChange, { kind: 'changed' }>): string {
  const what = nameOf(section, { ...item, host: null });
  return `${what} moved ${from === null ? '' : `from ${from} `}to ${to ?? 'nowhere that is known'}.`;
}

function listChange(what: string, verb: string, not: string, from: string | null, to: string | null): string {
  const before = from?.split(', ') ?? [];
  const after = to?.split(', ') ?? [];
  const more = after.filter((each) => !before.includes(each));
  const less = before.filter((each) => !after.includes(each));
  const parts = [
    ...(more.length === 0 ? [] : [`${verb} ${more.join(', ')} now`]),
    ...(less.length === 0 ? [] : [`${more.length === 0 ? `${verb} ` : ''}${not} ${less.join(', ')}`]),
  ];
  // "no longer" needs the verb after it.
  const text =
    parts.length === 1 && more.length === 0 ? `no longer ${verb} ${less.join(', ')}` : parts.join(', and ');
  return `${what} ${text}.`;
}

function together(first: StateChange, group: readonly StateChange[]): string {
  const count = group.length;
  const { section, item, kind } = first;
  const on = item.host === null || section === 'hosts' ? '' : ` on ${item.host}`;
  switch (kind) {
    case 'appeared':
      return `${count} ${ONE[section]}s${on} are new: ${namesOf(group)}.`;
    case 'gone':
      return `${count} ${ONE[section]}s${on} are gone: ${namesOf(group)}.`;
    case 'silent':
      return `What ${item.source} last said of ${count} things is stale: ${item.stale?.reason ?? 'no reason given'}.`;
    case 'back':
      return `What ${item.source} says of ${count} things is up to date again.`;
    default:
      return group.map(sentence).join(' ');
  }
}

function namesOf(group: readonly StateChange[]): string {
  const names = group.map(({ item }) => item.name);
  const more = names.length - MOST_NAMED;
  return more <= 0 ? names.join(', ') : `${names.slice(0, MOST_NAMED).join(', ')} and ${more} more`;
}

function nameOf(section: StateSection, item: StateItem): string {
  const on = item.host === null || section === 'hosts' ? '' : ` on ${item.host}`;
  const id = section === 'guests' && item.id !== item.name ? ` ${item.id}` : '';
  const name = id === '' ? item.name : `${id.trim()} (${item.name})`;
  return section === 'services'
    ? `${name}${on}`
    : `${ONE[section]} ${name}${on}`.replace(/^./, (c) => c.toUpperCase());
}

function statusOf({ status }: StateItem): string {
  return status === null ? '' : status === 'failed' ? ', and has failed' : `, and is ${status}`;
}

function wasOf({ status }: StateItem): string {
  return status === null ? '' : status === 'failed' ? '; it had failed' : `; it was ${status}`;
}
