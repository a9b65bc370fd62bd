import { parseDuration } from '../lib/duration.ts';
import { parseSize } from '../lib/size.ts';
import { parseWindow } from '../lib/week-window.ts';

/** How a setting is written, checked and described. One value per kind; the settings table is made of these. */
export interface ValueType<T> {
  /** For people: `number of dollars`, `list of text`. */
  label: string;
  jsonSchema: Record<string, unknown>;
  /** Raw data of a file → checked value. Throws WrongValue. */
  read(raw: unknown, context: ReadContext): T;
  /** One text of the environment or the command line → raw data for `read`. */
  fromText(text: string): unknown;
  /** How much a value permits, for settings that a project may only lower; null permits everything. */
  rank?(value: T): number | null;
}

export interface ReadContext {
  home: string;
}

/** `path` leads from the setting to the part of it that is wrong. */
export class WrongValue extends Error {
  readonly path: readonly PropertyKey[];
  constructor(message: string, path: readonly PropertyKey[] = []) {
    super(message);
    this.path = path;
  }
}

export function text(
  label = 'text',
  options: { pattern?: RegExp; example?: string } = {},
): ValueType<string> {
  return {
    label,
    jsonSchema: { type: 'string', minLength: 1, ...(options.pattern && { pattern: options.pattern.source }) },
    read(raw) {
      if (typeof raw !== 'string' || raw === '') throw wrong(label, raw);
      if (options.pattern && !options.pattern.test(raw)) {
        throw new WrongValue(`must be ${label}${options.example ? `, like ${options.example}` : ''}`);
      }
      return raw;
    },
    fromText: (value) => value,
  };
}

export function url(): ValueType<string> {
  const label = 'an http or https URL without a password';
  return {
    label,
    jsonSchema: { type: 'string', format: 'uri' },
    read(raw) {
      const parsed = typeof raw === 'string' && URL.canParse(raw) ? new URL(raw) : undefined;
      if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.password) {
        throw wrong(label, raw);
      }
      return raw as string; // typeof was tested where `parsed` was made
    },
    fromText: (value) => value,
  };
}

/** Absolute; `~/` is the home folder. */
export function path(): ValueType<string> {
  const label = 'an absolute path, or one that starts with ~/';
  return {
    label,
    jsonSchema: { type: 'string', pattern: '^(/|~/)' },
    read(raw, { home }) {
      if (typeof raw !== 'string' || !/^(\/|~\/)/.test(raw) || raw.includes('\0')) throw wrong(label, raw);
      return raw.startsWith('~/') ? `${home}${raw.slice(1)}` : raw;
    },
    fromText: (value) => value,
  };
}

export function count(label = 'a whole number above 0', minimum = 1): ValueType<number> {
  return {
    label,
    jsonSchema: { type: 'integer', minimum },
    read(raw) {
      if (typeof raw !== 'number' || !Number.isSafeInteger(raw) || raw < minimum) throw wrong(label, raw);
      return raw;
    },
    fromText: numberFromText,
    rank: (value) => value,
  };
}

export function dollars(): ValueType<number> {
  const label = 'a number of US dollars, 0 or more';
  return {
    label,
    jsonSchema: { type: 'number', minimum: 0 },
    read(raw) {
      if (typeof raw !== 'number' || !Number.isFinite(raw) || raw < 0) throw wrong(label, raw);
      return raw;
    },
    fromText: numberFromText,
    rank: (value) => value,
  };
}

/** In the file `10m`; as a value milliseconds. */
export function duration(): ValueType<number> {
  const label = 'a duration like 90s, 10m, 2h or 1d';
  return {
    label,
    jsonSchema: { type: 'string', pattern: '^([0-9.]+(ms|s|m|h|d|w))+$' },
    read(raw) {
      const ms = typeof raw === 'string' ? parseDuration(raw) : undefined;
      if (ms === undefined || ms === 0) throw wrong(label, raw);
      return ms;
    },
    fromText: (value) => value,
    rank: (value) => value,
  };
}

/** Hours of the week; as a value still text. */
export function weekWindow(): ValueType<string> {
  const label = 'hours of the week like 22:00-07:00 or Sat,Sun 02:00-05:00';
  return {
    label,
    jsonSchema: { type: 'string' },
    read(raw) {
      if (typeof raw !== 'string' || parseWindow(raw) === undefined) throw wrong(label, raw);
      return raw;
    },
    fromText: (value) => value,
  };
}

/** In the file `16KiB`; as a value bytes. */
export function size(minimumBytes: number): ValueType<number> {
  const label = `a size like 16KiB, ${minimumBytes} bytes or more`;
  return {
    label,
    jsonSchema: { type: ['string', 'integer'] },
    read(raw) {
      const bytes = typeof raw === 'string' || typeof raw === 'number' ? parseSize(String(raw)) : undefined;
      if (bytes === undefined || bytes < minimumBytes) throw wrong(label, raw);
      return bytes;
    },
    fromText: (value) => value,
    rank: (value) => value,
  };
}

/** What only its reader can check. */
export function anything(): ValueType<unknown> {
  return { label: 'any value', jsonSchema: {}, read: (raw) => raw, fromText: (value) => value };
}

/** `of` goes from the one that permits least to the one that permits most. */
export function choice<const T extends string>(of: readonly T[]): ValueType<T> {
  const label = `one of ${of.join(', ')}`;
  return {
    label,
    jsonSchema: { enum: [...of] },
    read(raw) {
      const found = of.find((name) => name === raw);
      if (found === undefined) throw wrong(label, raw);
      return found;
    },
    fromText: (value) => value,
    rank: (value) => of.indexOf(value),
  };
}

export function list<T>(item: ValueType<T>): ValueType<T[]> {
  const label = `a list, each ${item.label}`;
  return {
    label,
    jsonSchema: { type: 'array', items: item.jsonSchema },
    read(raw, context) {
      if (!Array.isArray(raw)) throw wrong(label, raw);
      return raw.map((element, index) => inside(index, () => item.read(element, context)));
    },
    fromText: (value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map((part) => item.fromText(part)),
  };
}

/** Names to values. `names`, when given, are the only ones. */
export function map<T>(item: ValueType<T>, names?: readonly string[]): ValueType<Record<string, T>> {
  const label = `a map, each ${item.label}`;
  return {
    label: names ? `${label}; names: ${names.join(', ')}` : label,
    jsonSchema: {
      type: 'object',
      additionalProperties: item.jsonSchema,
      ...(names && { propertyNames: { enum: [...names] } }),
    },
    read(raw, context) {
      if (!isPlainObject(raw)) throw wrong(label, raw);
      return Object.fromEntries(
        Object.entries(raw).map(([name, value]) => {
          if (names && !names.includes(name)) {
            throw new WrongValue(`no such name; known are ${names.join(', ')}`, [name]);
          }
          return [name, inside(name, () => item.read(value, context))];
        }),
      );
    },
    fromText() {
      throw new WrongValue('can be set in a file only');
    },
  };
}

/** `optional` fields read as null when absent. */
export function record<
  R extends Record<string, ValueType<unknown>>,
  O extends Record<string, ValueType<unknown>>,
>(required: R, optional: O): ValueType<ReadRecord<R, O>> {
  const fields: Record<string, ValueType<unknown>> = { ...required, ...optional };
  const names = Object.keys(fields);
  const label = `with ${names.join(', ')}`;
  return {
    label,
    jsonSchema: {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, fields[name]?.jsonSchema ?? {}])),
      required: Object.keys(required),
      additionalProperties: false,
    },
    read(raw, context) {
      if (!isPlainObject(raw)) throw wrong(label, raw);
      for (const name of Object.keys(raw)) {
        if (!Object.hasOwn(fields, name)) {
          throw new WrongValue(`no such field; known are ${names.join(', ')}`, [name]);
        }
      }
      const entries = Object.entries(fields).map(([name, type]) => {
        const value = raw[name] ?? null;
        if (value !== null) return [name, inside(name, () => type.read(value, context))];
        if (Object.hasOwn(required, name)) throw new WrongValue(`needs ${name}: ${type.label}`);
        return [name, null];
      });
      // Every field of R and O was read by its own type just above.
      return Object.fromEntries(entries) as ReadRecord<R, O>;
    },
    fromText() {
      throw new WrongValue('can be set in a file only');
    },
  };
}

type ReadRecord<R, O> = {
  [K in keyof R]: R[K] extends ValueType<infer T> ? T : never;
} & { [K in keyof O]: (O[K] extends ValueType<infer T> ? T : never) | null };

/** For settings without a default: null when nobody sets them. Null cannot be written, it is what absence reads as. */
export function orNull<T>(type: ValueType<T>): ValueType<T | null> {
  const { rank } = type;
  return {
    ...type,
    ...(rank && { rank: (value: T | null) => (value === null ? null : rank(value)) }),
  };
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inside<T>(key: PropertyKey, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WrongValue) throw new WrongValue(error.message, [key, ...error.path]);
    throw error;
  }
}

function wrong(label: string, raw: unknown): WrongValue {
  const shown = JSON.stringify(raw) ?? 'nothing';
  return new WrongValue(`must be ${label}, not ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`);
}

function numberFromText(value: string): unknown {
  return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value);
}
