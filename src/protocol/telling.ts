import type { Incident } from './incident.ts';

/** Whoever tells people what becomes of incidents. Quick and durable: it puts into an outbox, and sends nothing itself. */
export interface Telling {
  /**
   * Once, before anything else: all incidents as they are. What a crash kept from being told can be told now, by comparing
   * with what was told last.
   */
  begin(incidents: Iterable<Incident>): Promise<void>;
  /**
   * After a change is on disk, one at a time and in order; `before` is null for a new one. Also changes that nobody needs
   * to hear of (one more delivery) come here. It may throw: it is logged, and the incidents go on.
   */
  incidentChanged(before: Incident | null, after: Incident): Promise<void>;
  /** After each turn of the loop that does the work, and by nothing else: who watches the loop watches this. Quick. */
  turnMade?(): void;
  /** When serve ends: last words, within some seconds. */
  end?(): Promise<void>;
}
