import type { ChangeEvent } from '../../protocol/change-event.ts';
import type { ItemBody } from './item.ts';
import type { Transcript } from './state.ts';
import { add } from './transcript.ts';

type Told = Extract<
  ChangeEvent,
  { type: 'change.planned' | 'change.parked' | 'change.cut' | 'change.ended' }
>;

/** How a change went: that it was planned, and what became of it. Its steps are calls of their own. */
export function noteChange(transcript: Transcript, event: Told): Transcript {
  const note = (level: 'info' | 'warning', text: string, hint: string | null = null): Transcript => {
    const item: ItemBody = { kind: 'notice', level, text, hint };
    return add(transcript, item);
  };
  switch (event.type) {
    case 'change.planned':
      return note(
        'info',
        `change ${event.change}: ${event.title} (${event.steps.length} steps on ${event.targets.join(', ')})`,
      );
    case 'change.parked':
      return note('warning', `${event.change} waits for an answer as ${event.approval}`);
    case 'change.cut':
      return note('warning', `${event.change} was cut off; nobody saw how its last step ended`);
    case 'change.ended': {
      const at = event.failed === null ? '' : ` at ${event.failed}`;
      return note(
        event.end === 'held' ? 'info' : 'warning',
        `${event.change} ${event.end}${at}: ${event.message}`,
      );
    }
  }
}
