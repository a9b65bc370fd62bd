import { formatDuration } from '../duration.ts';
import { formatBytes, parseSize } from '../size.ts';
import { toText } from './plain-value.ts';

/** Everything an expression may call. What CEL has besides is refused, so that rules stay portable and pure. */
export const EXPRESSION_FUNCTIONS = [
  ...['has', 'size', 'all', 'exists', 'exists_one', 'filter', 'map'],
  ...[
    'contains',
    'startsWith',
    'endsWith',
    'matches',
    'indexOf',
    'substring',
    'split',
    'join',
    'trim',
    'lower',
  ],
  ...['int', 'double', 'string', 'bool', 'number', 'bytesOf', 'sizeText', 'durationText', 'round', 'timeOf'],
  ...['min', 'max', 'sum', 'merge', 'flatten'],
] as const;

/** What this project adds to CEL's own functions, by CEL's signature. Integers are BigInt there. */
export const OWN_FUNCTIONS: Readonly<Record<string, (...args: never[]) => unknown>> = {
  'min(list): double': (list: unknown[]) => Math.min(...nonEmpty('min', list)),
  'max(list): double': (list: unknown[]) => Math.max(...nonEmpty('max', list)),
  'sum(list): double': (list: unknown[]) => numbers(list).reduce((a, b) => a + b, 0),
  'join(list, string): string': (list: unknown[], by: string) => list.map(toText).join(by),
  'flatten(list): list': (list: unknown[]) => list.flat(),
  'merge(list): map': (list: Record<string, unknown>[]) => Object.assign({}, ...list),
  'lower(string): string': (text: string) => text.toLowerCase(),
  'string.lower(): string': (text: string) => text.toLowerCase(),
  'number(string): double': parseNumber,
  'number(double): double': (value: number) => value,
  'number(int): double': (value: bigint) => Number(value),
  'bytesOf(string): double': parseBytes,
  'timeOf(string): double': parseTime,
  'round(double): double': (value: number) => Math.round(value),
  'round(double, int): double': (value: number, digits: bigint) => Number(value.toFixed(Number(digits))),
  'sizeText(double): string': (value: number) => formatBytes(value),
  'sizeText(int): string': (value: bigint) => formatBytes(Number(value)),
  'durationText(double): string': (value: number) => formatDuration(value * 1000),
  'durationText(int): string': (value: bigint) => formatDuration(Number(value) * 1000),
};

function numbers(list: Iterable<unknown>): number[] {
  return [...list].map(Number);
}

function nonEmpty(name: string, list: Iterable<unknown>): number[] {
  const values = numbers(list);
  if (values.length === 0) throw new Error(`${name}() of an empty list`);
  return values;
}

/** The number a text begins with: `12`, `-0.5`, `93%`, `16384 kB`. */
function parseNumber(text: string): number {
  const match = /^\s*([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)/i.exec(text);
  if (match === null) throw new Error(`"${text.slice(0, 40)}" does not begin with a number`);
  return Number(match[1]);
}

/** `16384 kB` as /proc writes it (the kernel's kB is 1024 bytes), else as lib/size.ts reads sizes. */
function parseBytes(text: string): number {
  const kernel = /^\s*(\d+)\s*kB\s*$/.exec(text);
  const bytes = kernel ? Number(kernel[1]) * 1024 : parseSize(text);
  if (bytes === undefined) throw new Error(`"${text.slice(0, 40)}" is not a size`);
  return bytes;
}

/**
 * Seconds since the epoch, of how programs write a moment: `@1795265698` (systemd with --timestamp=unix), ISO 8601,
 * `Nov 21 13:00:00 2026 GMT` (openssl), `Sat 2026-11-21 13:00:00 UTC`. Without a zone it is this machine's.
 */
function parseTime(text: string): number {
  const unix = /^@(\d+(?:\.\d+)?)$/.exec(text.trim());
  if (unix) return Number(unix[1]);
  const plain = text
    .trim()
    .replace(/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? /, '')
    // More digits than milliseconds, and the name behind an offset, are what Date.parse does not read.
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/([+-]\d{4}) [A-Z]{3,5}$/, '$1');
  const at = Date.parse(plain);
  if (Number.isNaN(at)) throw new Error(`"${text.slice(0, 40)}" is not a time`);
  return at / 1000;
}
