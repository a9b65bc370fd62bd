/**
 * What members of the group `steward` ask of the system's `steward serve`: one JSON line. It is answered by lines, each with
 * one `item`, of which the last says `end`, or why not. Nothing can be changed through it, and all of it is masked.
 */
export const SYSTEM_VIEW_VERSION = 1;
/** Where the shipped units keep the state of the system's steward. */
export const SYSTEM_STATE_FOLDER = '/var/lib/steward';
/** Where the shipped unit listens: in its runtime folder, closed to everybody else. */
export const SYSTEM_VIEW_FOLDER = '/run/steward-serve';
export const SYSTEM_VIEW_SOCKET = 'serve.sock';
export const VIEW_REQUEST_LIMIT_BYTES = 4096;
export const VIEW_REQUEST_WITHIN_MS = 10_000;
/** As much of a run is shown; the whole is in its log. */
export const MOST_VIEW_LINES = 5_000;

export type ViewRequest =
  | { ask: 'runs'; limit: number; goal: string | null; outcome: string | null }
  /** Lines of its log; by its id, the beginning of one, or its name. */
  | { ask: 'run'; run: string }
  | { ask: 'incidents' }
  /** Markdown. */
  | { ask: 'report'; incident: string }
  | { ask: 'approvals' };

export type ViewAnswer =
  | { item: unknown }
  | { end: true }
  | { refused: { code: string; message: string; hint: string | null } };

/** null: it is none that we know. */
export function readViewRequest(value: unknown): ViewRequest | null {
  if (typeof value !== 'object' || value === null) return null;
  const { v, ask, ...fields } = value as Record<string, unknown>;
  if (v !== SYSTEM_VIEW_VERSION) return null;
  const text = (name: string): string | null => {
    const field = fields[name];
    return typeof field === 'string' && field !== '' && field.length <= 200 ? field : null;
  };
  if (ask === 'incidents' || ask === 'approvals') return { ask };
  if (ask === 'run') return named('run', text('run'));
  if (ask === 'report') return named('incident', text('incident'));
  if (ask !== 'runs') return null;
  const { limit } = fields;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > 1_000) return null;
  return { ask, limit, goal: text('goal'), outcome: text('outcome') };
}

function named(what: 'run' | 'incident', value: string | null): ViewRequest | null {
  if (value === null) return null;
  return what === 'run' ? { ask: 'run', run: value } : { ask: 'report', incident: value };
}
