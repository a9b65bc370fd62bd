import type { ChangeEvent } from '../protocol/change-event.ts';
import type { ChangeNote } from './transaction.ts';

/** What a log says of one change so far, and nothing else. */
export function notesOf(events: readonly (ChangeEvent | { type: string })[], change: string): ChangeNote[] {
  return events.flatMap((event): ChangeNote[] => {
    if (!isOf(event, change)) return [];
    if (event.type === 'change.cut') return [{ kind: 'cut-off' }];
    if (event.type === 'change.began') {
      const { target, phase, index } = event;
      return [{ kind: 'began', target, phase, index }];
    }
    if (event.type !== 'change.finished') return [];
    const { target, phase, index, ok } = event;
    return [{ kind: 'finished', target, phase, index, ok }];
  });
}

function isOf(event: ChangeEvent | { type: string }, change: string): event is ChangeEvent {
  return 'change' in event && event.change === change;
}
