import type { Found } from '../../protocol/state-file.ts';

/** How a scanner asks. Both reject with ScanProblem, whose message is for people. */
export interface Ask {
  /** Standard output of a command that only looks. */
  run(argv: readonly string[]): Promise<string>;
  /** The JSON that a GET of this address gives. */
  get(url: string): Promise<unknown>;
}

/** Why a source said nothing that can be used. */
export class ScanProblem extends Error {}

/** One source and how it is read. */
export interface Scanner {
  /** `systemd:web1`, `consul`: the name of its row in `sources`. */
  name: string;
  kind: string;
  /** Host or address, for people. */
  target: string;
  scan(ask: Ask): Promise<Found>;
}

/** A list of objects, or a problem that says what came instead. */
export function listOf(value: unknown, what: string): Record<string, unknown>[] {
  if (!Array.isArray(value)) throw new ScanProblem(`${what} is not a list`);
  return value.filter((item) => typeof item === 'object' && item !== null && !Array.isArray(item));
}

export function textIn(row: Record<string, unknown>, field: string): string | null {
  const value = row[field];
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;
}

export function objectIn(row: Record<string, unknown>, field: string): Record<string, unknown> {
  const value = row[field];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

export function parseJsonOf(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ScanProblem(`${what} did not print JSON`);
  }
}
