import type { EventSink, EventType, RunEvent } from '../../src/protocol/event.ts';

export interface RecordingSink extends EventSink {
  readonly events: RunEvent[];
  /** Event types and `sync` in the order in which they came: what was on disk when. */
  readonly order: (EventType | 'sync')[];
  /** From now on `record` throws this; undefined heals it. */
  failWith(error: Error | undefined): void;
  of<T extends EventType>(type: T): Extract<RunEvent, { type: T }>[];
}

export function createRecordingSink(): RecordingSink {
  const events: RunEvent[] = [];
  const order: (EventType | 'sync')[] = [];
  let failure: Error | undefined;
  return {
    events,
    order,
    record(event) {
      if (failure !== undefined) throw failure;
      // A copy: a log line does not change when its author's object does.
      events.push(structuredClone(event));
      order.push(event.type);
    },
    async sync() {
      if (failure !== undefined) throw failure;
      order.push('sync');
    },
    failWith(error) {
      failure = error;
    },
    of<T extends EventType>(type: T) {
      return events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
    },
  };
}
