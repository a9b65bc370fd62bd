import type { CarriedOut, Plan } from '../../changes/index.ts';
import type { Reason } from '../../protocol/outcome.ts';

/** As it will stand in `run.closed`. */
export interface ChangeEnding {
  reason: Reason;
  message: string | null;
  result: string | null;
  /** With `try-later`: milliseconds since the epoch. */
  resumeAt?: number;
}

/** How a run ends whose only work was this change. */
export function endingOf(done: CarriedOut, { planned }: Plan): ChangeEnding {
  const { end, failed, message } = done;
  const where = failed === null ? '' : `${failed}: `;
  switch (end) {
    case 'held':
      return {
        reason: 'fixed',
        message: null,
        result: `${planned.change.title}: ${message}.`,
      };
    case 'rolled-back':
      return { reason: 'rolled-back', message: `${where}${message}`, result: null };
    case 'refused':
      return {
        reason: failed?.startsWith('check') === true ? 'input' : 'escalated',
        message: `${where}${message}`,
        result: null,
      };
    case 'escalated':
      return { reason: 'escalated', message: `${where}${message}`, result: null };
  }
}
