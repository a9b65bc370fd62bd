import type { Level, LevelValue } from './read-level.ts';
import type { SettingRow } from './setting-row.ts';
import { type SettingKey, type Settings, settingRows } from './settings-table.ts';
import { isPlainObject } from './value-type.ts';

export interface Origin {
  level: Level['name'];
  place: string;
}

/** Lowest level first. Pure; whatever a project may not do is left out and said in `notices`. */
export function mergeLevels(levels: readonly Level[]): {
  settings: Settings;
  origins: Partial<Record<SettingKey, Origin[]>>;
  notices: string[];
} {
  const rows = new Map(settingRows().map(({ key, row }) => [key, row]));
  const values = new Map<SettingKey, unknown>([...rows].map(([key, row]) => [key, ownDefault(row)]));
  const origins: Partial<Record<SettingKey, Origin[]>> = {};
  const notices: string[] = [];
  for (const level of levels) {
    for (const given of level.values) {
      const row = rows.get(given.key);
      if (!row) continue;
      const before = values.get(given.key);
      const taken = level.name === 'project' ? tighten(row, before, given, notices) : given.value;
      if (taken === undefined) continue;
      values.set(given.key, merge(row, before, taken));
      const origin = { level: level.name, place: given.place };
      origins[given.key] = row.merge === 'replace' ? [origin] : [...(origins[given.key] ?? []), origin];
    }
  }
  return { settings: nest(values), origins, notices };
}

/** What one load gives is nobody else's. */
function ownDefault({ default: value }: SettingRow<unknown>): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}

function merge(row: SettingRow<unknown>, before: unknown, after: unknown): unknown {
  if (row.merge === 'replace') return after;
  if (Array.isArray(before) && Array.isArray(after)) {
    if (row.merge === 'append') return [...new Set([...before, ...after])];
    const named = new Map([...before, ...after].map((item) => [item.name, item]));
    return [...named.values()];
  }
  return { ...(before as object), ...(after as object) }; // `by-name` on a map: the row's type has read both
}

/** What a project's value comes to; undefined, with a notice, when nothing of it tightens. */
function tighten(row: SettingRow<unknown>, before: unknown, given: LevelValue, notices: string[]): unknown {
  const ignore = (why: string, key: string = given.key) => {
    notices.push(`${given.place}: ${key} is ignored: ${why}`);
    return undefined;
  };
  if (row.project === 'never') return ignore('a project cannot set it');
  if (row.project === 'add') return given.value;
  const rank = row.type.rank;
  if (rank) {
    return isTighter(rank(before), rank(given.value)) ? given.value : ignore('a project can only lower it');
  }
  if (!isPlainObject(before) || !isPlainObject(given.value)) return ignore('a project cannot set it');
  const lower = Object.entries(given.value).filter(([name, value]) => {
    const allowed = isTighter(asNumber(before[name]), asNumber(value));
    if (!allowed) ignore('a project can only lower it', `${given.key}.${name}`);
    return allowed;
  });
  return lower.length > 0 ? Object.fromEntries(lower) : undefined;
}

/** null permits everything. The same value is no loosening, so it is taken without a word. */
function isTighter(before: number | null, after: number | null): boolean {
  if (before === null) return true;
  return after !== null && after <= before;
}

function asNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function nest(values: ReadonlyMap<SettingKey, unknown>): Settings {
  const nested: Record<string, unknown> = {};
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [key, value] of values) {
    const [group = key, name] = key.split('.');
    if (name === undefined) nested[group] = value;
    else {
      groups[group] ??= {};
      groups[group][name] = value;
    }
  }
  Object.assign(nested, groups);
  // Every key of the table is in `values`, read by its own type: exactly how Settings is derived.
  return nested as Settings;
}
