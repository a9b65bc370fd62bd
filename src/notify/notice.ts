import type { Severity } from '../protocol/finding.ts';

/** A piece of a line. `outside`: words of a model, a log or a sender. Data: masked, never markup, never a link. */
export type Piece = string | { outside: string };
export type Line = readonly Piece[];

/** What people are told, before it is known on which channels. All texts in it are masked. */
export interface Notice {
  /** Told once: the same key is never queued again. */
  key: string;
  /** What it is about: `incident:…`, `approval:…`, `goal:…`. What has the same thread stands together on every channel. */
  thread: string;
  severity: Severity;
  /**
   * opened, again, changed, recovered: what became of it. reminder: an answer is still waited for. escalated: nobody has
   * answered the first message.
   */
  kind: 'opened' | 'again' | 'changed' | 'recovered' | 'reminder' | 'escalated' | 'digest' | 'test';
  /** Somebody should look up for it. Otherwise the thread is brought up to date in silence. */
  isLoud: boolean;
  /** Nobody wants to hear how it ended who did not hear that it began. */
  isSequel: boolean;
  /** Milliseconds since the epoch. */
  at: number;
  /** What, where, since when, and what steward did. */
  headline: Line;
  body: readonly Line[];
  /** Ours, and the only address in a message that can be followed. */
  link: string | null;
  /** What a program reads of it (webhook). */
  facts: Record<string, unknown>;
}
