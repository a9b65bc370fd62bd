import { nearest } from '../lib/nearest.ts';
import { OpsError } from '../lib/ops-error.ts';
import { fileError, parseYaml } from '../lib/yaml-file.ts';
import type { SettingRow } from './setting-row.ts';
import { type SettingKey, settingRows } from './settings-table.ts';
import { isPlainObject, type ReadContext, WrongValue } from './value-type.ts';

/** What one level says about one setting, checked. */
export interface LevelValue {
  key: SettingKey;
  value: unknown;
  /** For people: `/etc/steward/steward.yaml:4`, `STEWARD_MODEL`. */
  place: string;
}

export interface Level {
  name: 'system' | 'user' | 'project' | 'environment' | 'command line';
  values: LevelValue[];
}

type Row = SettingRow<unknown>;

/** Throws OpsError `settings` for the first key that does not exist or has the wrong type. */
export async function readFileLevel(
  name: Level['name'],
  source: string,
  fileText: string,
  context: ReadContext,
): Promise<Level> {
  const file = await parseYaml(source, fileText);
  if (file.value === null) return { name, values: [] };
  if (!isPlainObject(file.value)) throw fileError(source, 1, 'must be a map of settings');

  const rows = settingRows();
  const groups = new Set(
    rows.filter(({ key }) => key.includes('.')).map(({ key }) => key.split('.')[0] ?? ''),
  );
  const values: LevelValue[] = [];
  const take = (path: string[], raw: unknown): void => {
    const key = path.join('.');
    const line = file.lineOf(path);
    const known = rows.find((row) => row.key === key);
    if (raw === null && (known || groups.has(key))) return; // `limits:` with nothing below it says nothing
    if (known) {
      const value = readValue(known.row, raw, context, (message, inner) =>
        fileError(
          source,
          file.lineOf([...path, ...inner]),
          `${[...path, ...inner.map(String)].join('.')}: ${message}`,
        ),
      );
      values.push({ key: known.key, value, place: `${source}:${line}` });
    } else if (path.length === 1 && groups.has(key)) {
      if (!isPlainObject(raw)) throw fileError(source, line, `${key}: must be a map of settings`);
      for (const [name, inner] of Object.entries(raw)) take([key, name], inner);
    } else {
      throw unknownKey(
        source,
        line,
        key,
        rows.map((row) => row.key),
        groups,
      );
    }
  };
  for (const [name, raw] of Object.entries(file.value)) take([name], raw);
  return { name, values };
}

/** Environment variables of steward itself. An empty one counts as not set. */
export function readEnvironmentLevel(env: Record<string, string | undefined>, context: ReadContext): Level {
  const values = settingRows().flatMap(({ key, row }): LevelValue[] => {
    const given = row.env === null ? undefined : env[row.env];
    if (row.env === null || given === undefined || given === '') return [];
    const variable = row.env;
    const error = (message: string) => new OpsError('bad-variable', 'settings', `${variable}: ${message}`);
    return [{ key, value: readText(row, given, context, error), place: variable }];
  });
  return { name: 'environment', values };
}

/** Flags that set a setting: key → text as typed, or a list of texts. */
export function readFlagLevel(
  flags: Readonly<Record<string, string | readonly string[]>>,
  context: ReadContext,
  names: Readonly<Record<string, string>> = {},
): Level {
  const rows = settingRows();
  const values = Object.entries(flags).map(([key, given]): LevelValue => {
    const known = rows.find((row) => row.key === key);
    if (!known) throw new Error(`a flag sets ${key}, which is no setting`);
    const error = (message: string) => new OpsError('bad-flag', 'usage', `${names[key] ?? key}: ${message}`);
    const value =
      typeof given === 'string'
        ? readText(known.row, given, context, error)
        : readValue(known.row, given, context, error);
    return { key: known.key, value, place: 'command line' };
  });
  return { name: 'command line', values };
}

function readText(
  row: Row,
  given: string,
  context: ReadContext,
  error: (message: string) => OpsError,
): unknown {
  return readValue(row, row.type.fromText(given), context, error);
}

function readValue(
  row: Row,
  raw: unknown,
  context: ReadContext,
  error: (message: string, path: readonly PropertyKey[]) => OpsError,
): unknown {
  try {
    return row.type.read(raw, context);
  } catch (caught) {
    if (caught instanceof WrongValue) throw error(caught.message, caught.path);
    throw caught;
  }
}

function unknownKey(
  source: string,
  line: number,
  key: string,
  keys: readonly string[],
  groups: ReadonlySet<string>,
): OpsError {
  const [group = key, name] = key.split('.');
  const inGroup = keys.filter((known) => name !== undefined && known.startsWith(`${group}.`));
  // The leaf is compared alone: `turns:` at the top was meant to be `limits.turns`.
  const candidates = inGroup.length > 0 ? inGroup : [...keys, ...groups];
  const near = nearest(
    inGroup.length > 0 ? (name ?? '') : key,
    candidates.map((known) => known.split('.').pop() ?? known),
  );
  const meant = candidates.find((known) => known.split('.').pop() === near);
  const hint = meant
    ? `Did you mean \`${meant}\`?`
    : `Known ${inGroup.length > 0 ? `in \`${group}\`` : 'settings'}: ${(inGroup.length > 0 ? inGroup : keys).join(', ')}.`;
  return fileError(source, line, `${key}: there is no such setting`, hint);
}
