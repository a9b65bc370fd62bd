/**
 * `state.json`: what is known of the operator's systems, as it was last seen. Every row says which source told it and
 * when. Times are RFC 3339 in UTC. The published JSON Schema is made from src/protocol/schemas/state-file.ts.
 */

export const STATE_VERSION = 1;

export const STATE_SECTIONS = [
  'hosts',
  'guests',
  'services',
  'endpoints',
  'jobs',
  'providers',
  'alerts',
] as const;
export type StateSection = (typeof STATE_SECTIONS)[number];

/** Why something may not be so any more: since when nobody could look, and why. */
export interface Stale {
  since: string;
  reason: string;
}

export interface StateItem {
  /** Unique in its section and source: `web1/nginx.service`, `105`. */
  id: string;
  name: string;
  /** `inventory`, `systemd:web1`, `consul`: a name of `sources`. */
  source: string;
  /** When the source last said so; null for what is only declared. */
  seen_at: string | null;
  stale: Stale | null;
  /** In the source's own words: `active`, `running`, `critical`; null where it says nothing of it. */
  status: string | null;
  /** Name of the host it is on. */
  host: string | null;
  addresses: string[];
  ports: number[];
  tags: string[];
  owner: string | null;
  /** Ids (or names) of items that it cannot do without, as its source says for certain. */
  needs: string[];
  facts: Record<string, string | number | boolean | null>;
}

/** Who was asked. */
export interface StateSource {
  name: string;
  kind: string;
  /** Host or address. */
  target: string;
  /** When it was last asked, and when it last answered. */
  tried_at: string;
  seen_at: string | null;
  duration_ms: number;
  /** Why it did not answer the last time; null: it did. */
  problem: string | null;
}

export type StateFile = {
  meta: {
    schema_version: number;
    generated_at: string;
    /** `steward 1.2.3 on nuc1`. */
    generated_by: string;
    duration_ms: number;
    /** Not every source answered. */
    partial: boolean;
  };
  sources: StateSource[];
} & Record<StateSection, StateItem[]>;

/** What a source says now; fields that it says nothing of are left out. */
export type FoundItem = Pick<StateItem, 'id' | 'name'> &
  Partial<Omit<StateItem, 'source' | 'seen_at' | 'stale'>>;
export type Found = Partial<Record<StateSection, FoundItem[]>>;

/** One source as a scan has met it. Times are milliseconds since the epoch. */
export interface ScannedSource {
  name: string;
  kind: string;
  target: string;
  at: number;
  durationMs: number;
  /** What it said, or why it said nothing. */
  answer: { found: Found } | { problem: string };
}

/** How `state.json` was met on disk. */
export type StateCondition =
  /** It and its digest agree. */
  | 'sound'
  /** A writer died between its two renames; the digest was written anew. */
  | 'healed'
  /** Somebody else than steward has written it. */
  | 'edited'
  /** It cannot be read as what it says it is; what the history last held stands for it. */
  | 'broken'
  /** A newer steward has written it. */
  | 'newer'
  | 'missing';

export interface HistoryEntry {
  /** Counts up, whatever the clock does. */
  seq: number;
  /** From when until when it was seen to be so, milliseconds since the epoch. */
  at: number;
  until: number;
  /** sha256 of `state.json` as it was last written with this content. */
  digest: string;
  /** sha256 of its content without times: the name under which it is kept. */
  content: string;
  /** Kept for ever under this name. */
  tag: string | null;
}

/** What a model may ask of it. */
export type StateQuestion =
  | { ask: 'find'; query: string }
  | { ask: 'at'; time: string; query: string }
  | { ask: 'changes'; from: string | null }
  | { ask: 'free'; kind: string; host: string | null }
  | { ask: 'impact'; name: string };
