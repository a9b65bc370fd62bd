import type { Masker } from '../lib/mask.ts';
import type { EventSink, RunEvent } from '../protocol/event.ts';
import type { Clock } from '../protocol/machine.ts';
import { createOrigins, type Origins } from '../provenance/index.ts';
import type { RunListener } from './run-request.ts';

export interface Recorder extends EventSink {
  /** Until then events reach the listener only: what goes wrong before a log is open is still reported. */
  attach(log: EventSink): void;
  /** What an earlier sitting of the run left: not shown again, but it counts. */
  recall(events: readonly RunEvent[]): void;
  /** For the listener alone: what whoever joins a run that goes on must know of it. */
  tell(event: RunEvent): void;
  /** Steps above observe that were begun since a sitting last closed, and those of them that did not end well. */
  effects(): { begun: number; failed: number };
  /** Ids that a report may cite. */
  evidence(): ReadonlySet<string>;
  /** Where the words of this run came from. */
  readonly origins: Origins;
}

/**
 * The one stream of a run: masked once, appended to the log, then shown. What could not be logged is not shown
 * either, so that screen and log never tell different stories.
 */
export function createRecorder(masker: Masker, clock: Clock, listener: RunListener): Recorder {
  let log: EventSink | null = null;
  const effects = new Map<string, boolean>();
  const evidence = new Set<string>();
  const origins = createOrigins();
  return {
    origins,
    record(event) {
      const masked = maskStrings(event, masker.mask) as RunEvent;
      log?.record(masked);
      noteEffect(masked, effects);
      noteEvidence(masked, evidence);
      origins.see(masked);
      listener.onEvent(masked, new Date(clock.now()).toISOString());
    },
    tell: (event) =>
      listener.onEvent(maskStrings(event, masker.mask) as RunEvent, new Date(clock.now()).toISOString()),
    recall(events) {
      for (const event of events) {
        // How it went until then has been judged.
        if (event.type === 'run.closed') effects.clear();
        noteEffect(event, effects);
        noteEvidence(event, evidence);
        origins.see(event);
      }
    },
    sync: async () => log?.sync(),
    attach(opened) {
      log = opened;
    },
    effects: () => ({
      begun: effects.size,
      failed: [...effects.values()].filter((isGood) => !isGood).length,
    }),
    evidence: () => evidence,
  };
}

/** Step id → did it end well? */
function noteEffect(event: RunEvent, effects: Map<string, boolean>): void {
  if (event.type === 'step.started' && event.effect !== 'observe') effects.set(event.step, false);
  if (event.type === 'step.finished' && effects.has(event.step)) effects.set(event.step, event.ok);
}

function noteEvidence(event: RunEvent, evidence: Set<string>): void {
  if (event.type === 'snapshot.taken') for (const item of event.items) evidence.add(item.id);
  if (event.type === 'look.taken') evidence.add(event.look.id);
  if (event.type === 'call.finished') evidence.add(event.call);
}

/** Every string of a JSON value, keys excepted. */
function maskStrings(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskStrings(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskStrings(item, mask)]));
}
