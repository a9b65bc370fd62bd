import type { RunEvent } from '../../protocol/event.ts';
import { describeCall } from './run-fold.ts';

/** What a person who waits wants to see of an event, on stderr; null for nothing. Warnings are always shown. */
export function progressLine(event: RunEvent, isVerbose: boolean): string | null {
  if (event.type === 'notice.given' && event.level === 'warning') return `steward: ${event.text}`;
  if (!isVerbose) return null;
  switch (event.type) {
    case 'run.opened':
      return `run ${event.run}`;
    case 'snapshot.taken': {
      const answered = event.items.filter((item) => item.status === 'ok').length;
      const seconds = (event.durationMs / 1000).toFixed(1);
      return `snapshot: ${answered} of ${event.items.length} probes answered in ${seconds} s`;
    }
    case 'findings.judged':
      return `findings: ${event.findings.length} (${event.findings.filter((f) => f.isOpen).length} open)`;
    case 'model.requested':
      return `turn ${event.turn}: asking ${event.model}`;
    case 'model.failed':
      return `model: ${event.class}: ${event.message}`;
    case 'step.decided':
      return event.origin === 'tool'
        ? `${event.step} ${event.decision} (${event.rule}): ${event.command}`
        : null;
    case 'call.finished':
      return `${event.call} ${describeCall(event.tool, event.input)} (${event.ok ? 'ok' : 'not ok'}, ${Math.round(event.durationMs)} ms)`;
    case 'change.began':
      return `${event.phase} ${event.index + 1}: ${event.text}`;
    case 'change.finished':
      return event.ok || event.phase === 'baseline'
        ? null
        : `${event.phase} ${event.index + 1} failed: ${event.detail}`;
    case 'notice.given':
      return event.text;
    case 'run.closed':
      return `${event.outcome} (${event.reason})`;
    default:
      return null;
  }
}
