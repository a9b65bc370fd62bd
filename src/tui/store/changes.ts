import type { ChangeEvent } from '../../protocol/change-event.ts';
import { upsert } from './calls.ts';
import type { ChangeStepDone, ItemBody } from './item.ts';
import type { Transcript } from './state.ts';
import { add } from './transcript.ts';

/** What stands under a change: what it did and what proved it. Its looks before are told only when one failed. */
const SHOWN = new Set<string>(['apply', 'verify', 'rollback', 'verify-rollback']);
/** One that is taken over from target to target may have very many. */
const MOST_STEPS = 200;

/** How a change goes: that it was planned, the step at which it is, and at its end all that it did. */
export function noteChange(transcript: Transcript, event: ChangeEvent, at: number): Transcript {
  const note = (level: 'info' | 'warning', text: string): Transcript => {
    const item: ItemBody = { kind: 'notice', level, text, hint: null };
    return add(transcript, item);
  };
  switch (event.type) {
    case 'change.planned': {
      const where = event.targets.length === 0 ? '' : ` on ${event.targets.join(', ')}`;
      const steps = `${event.steps.length} step${event.steps.length === 1 ? '' : 's'}`;
      return note('info', `change ${event.change}: ${event.title} (${steps}${where})`);
    }
    case 'change.began':
      return upsert(transcript, event.change, {
        tool: 'Change',
        command: event.text,
        startedAt: Number.isFinite(at) ? at : null,
        summary: null,
      });
    case 'change.finished':
      return finishStep(transcript, event);
    case 'change.parked':
      return note('warning', `${event.change} waits for an answer as ${event.approval}`);
    case 'change.cut':
      return note('warning', `${event.change} was cut off; nobody saw how its last step ended`);
    case 'change.ended': {
      const { change, end, failed, message } = event;
      const steps = transcript.steps.filter((step) => step.change === change);
      const rest: Transcript = {
        ...transcript,
        calls: transcript.calls.filter(({ id }) => id !== change),
        steps: transcript.steps.filter((step) => step.change !== change),
      };
      return add(rest, { kind: 'change', change, end, failed, message, steps });
    }
    case 'executor.asked':
    case 'executor.answered':
      return transcript;
  }
}

function finishStep(
  transcript: Transcript,
  { change, phase, ok, detail, durationMs }: Extract<ChangeEvent, { type: 'change.finished' }>,
): Transcript {
  const running = transcript.calls.find(({ id }) => id === change);
  if (!SHOWN.has(phase) && (ok || phase === 'baseline')) return transcript;
  const step: ChangeStepDone = { change, text: running?.command ?? phase, ok, detail, durationMs };
  return { ...transcript, steps: [...transcript.steps, step].slice(-MOST_STEPS) };
}
