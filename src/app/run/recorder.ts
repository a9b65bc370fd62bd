import type { Masker } from '../../lib/mask.ts';
import type { EventSink, RunEvent } from '../../protocol/event.ts';
import type { Clock } from '../../protocol/machine.ts';
import { createOrigins, type Origins } from '../../provenance/index.ts';
import { maskEvent } from '../masking/mask-event.ts';
import { createLedger, type NextNumbers, type RunLedger } from './run-ledger.ts';
import type { RunListener } from './run-request.ts';

/** A log that knows how many lines it has. */
export type Attached = EventSink & { lineCount?(): number };

export interface Recorder extends EventSink {
  /** Until then events reach the listener only: what goes wrong before a log is open is still reported. */
  attach(log: Attached): void;
  /** What an earlier sitting of the run left: not shown again, but it counts. */
  recall(events: readonly RunEvent[]): void;
  /** For the listener alone: what whoever joins a run that goes on must know of it. */
  tell(event: RunEvent): void;
  /** Steps above observe since a sitting last closed, and those of them that leave in doubt what was done. */
  effects(): { begun: number; inDoubt: number };
  /** How the changes of this sitting ended. */
  changes(): ReturnType<RunLedger['changes']>;
  /** What the model took in this sitting. */
  spent: RunLedger['spent'];
  /** Ids that a report may cite. */
  evidence(): ReadonlySet<string>;
  /** Calls of the model that looked or did something, and were not refused. */
  answeredCalls(): number;
  /** First free number after `P`, `L`, `F`, `V` `Q` and `X`: ids are unique over all sittings of a run. */
  next(): NextNumbers;
  /** Where the words of this run came from. */
  readonly origins: Origins;
}

/**
 * The one stream of a run: masked once, appended to the log, then shown. What could not be logged is not shown
 * either, so that screen and log never tell different stories.
 */
export function createRecorder(masker: Masker, clock: Clock, listener: RunListener): Recorder {
  let log: Attached | null = null;
  const ledger = createLedger();
  const origins = createOrigins();
  return {
    origins,
    record(event) {
      const masked = maskEvent(event, masker);
      log?.record(masked);
      ledger.note(masked);
      origins.see(masked);
      listener.onEvent(masked, new Date(clock.now()).toISOString(), log?.lineCount?.() ?? null);
    },
    tell: (event) => listener.onEvent(maskEvent(event, masker), new Date(clock.now()).toISOString(), null),
    recall(events) {
      for (const event of events) {
        ledger.note(event);
        origins.see(event);
      }
    },
    sync: async () => log?.sync(),
    attach(opened) {
      log = opened;
    },
    effects: ledger.effects,
    changes: ledger.changes,
    spent: ledger.spent,
    evidence: () => ledger.evidence,
    answeredCalls: () => ledger.answered.size,
    next: () => ({ ...ledger.next }),
  };
}
