import { STATE_SECTIONS, type StateFile, type StateItem, type StateSection } from '../protocol/state-file.ts';

/** One thing that is not as it was. */
export type StateChange =
  | { kind: 'appeared' | 'gone' | 'silent' | 'back'; section: StateSection; item: StateItem }
  | {
      kind: 'changed';
      section: StateSection;
      item: StateItem;
      field: string;
      from: string | null;
      to: string | null;
    };

/** Sections of things that there are; alerts are made of them, and would say everything twice. */
const THINGS = STATE_SECTIONS.filter((section) => section !== 'alerts');
const FIELDS = ['status', 'host', 'owner', 'addresses', 'ports', 'tags'] as const;

/** What has changed from one state to another, section by section, each by name. Pure. */
export function diffStates(from: StateFile, to: StateFile): StateChange[] {
  return THINGS.flatMap((section) => {
    const before = byKey(from[section]);
    const after = byKey(to[section]);
    const changes: StateChange[] = [];
    for (const [key, item] of after) {
      const old = before.get(key);
      if (old === undefined) changes.push({ kind: 'appeared', section, item });
      else changes.push(...compare(section, old, item));
    }
    for (const [key, item] of before) if (!after.has(key)) changes.push({ kind: 'gone', section, item });
    return changes;
  });
}

function byKey(items: readonly StateItem[]): Map<string, StateItem> {
  return new Map(items.map((item) => [`${item.source}\0${item.id}`, item]));
}

function compare(section: StateSection, old: StateItem, item: StateItem): StateChange[] {
  const changes: StateChange[] = [];
  if (old.stale === null && item.stale !== null) changes.push({ kind: 'silent', section, item });
  if (old.stale !== null && item.stale === null) changes.push({ kind: 'back', section, item });
  const push = (field: string, from: string | null, to: string | null): void => {
    if (from !== to) changes.push({ kind: 'changed', section, item, field, from, to });
  };
  for (const field of FIELDS) push(field, textOf(old[field]), textOf(item[field]));
  for (const fact of new Set([...Object.keys(old.facts), ...Object.keys(item.facts)])) {
    push(fact, textOf(old.facts[fact]), textOf(item.facts[fact]));
  }
  return changes;
}

function textOf(
  value: string | number | boolean | readonly (string | number)[] | null | undefined,
): string | null {
  if (value == null) return null;
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? null : value.join(', ');
}
