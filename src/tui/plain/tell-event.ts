import { formatDuration } from '../../lib/duration.ts';
import type { RunEvent } from '../../protocol/event.ts';
import { ENDINGS } from '../../protocol/outcome.ts';

/** An event in sentences, one a line; none for what needs no words. What a model says is told elsewhere. */
export function tellEvent(event: RunEvent): string[] {
  switch (event.type) {
    case 'isolation.found':
      return event.problem === null
        ? []
        : [`Warning: commands run in profile ${event.isolation}: ${event.problem}`];
    case 'log.repaired':
      return event.unknownSteps.map((step) => `Warning: nobody saw how step ${step} ended.`);
    case 'snapshot.taken': {
      const answered = event.items.filter(({ status }) => status === 'ok').length;
      return [`Looked at the machine: ${answered} of ${event.items.length} probes answered.`];
    }
    case 'findings.judged':
      return event.findings
        .filter(({ isOpen }) => isOpen)
        .map(({ severity, text }) => `Finding, ${severity}: ${text}`);
    case 'model.failed':
      return [`The model did not answer, attempt ${event.attempt}: ${event.message}`];
    case 'step.decided':
      if (event.origin !== 'tool' || event.decision === 'allow') return [];
      return [`Refused: ${event.command}`, `Because: ${event.reason} Rule: ${event.rule}.`];
    case 'step.started':
      return isCall(event.step) ? [`Running, effect ${event.effect}: ${event.command}`] : [];
    case 'step.finished': {
      if (!isCall(event.step)) return [];
      const how = event.ok ? 'Done' : 'Failed';
      return [`${how} after ${formatDuration(event.durationMs)}: ${event.summary}.`];
    }
    case 'step.unknown':
      return [`Warning: nobody saw how this ended: ${event.command}`];
    case 'call.finished':
      return event.refused || event.text.trim() === '' ? [] : tellOutput(event.call, event.text);
    case 'context.reduced':
      return ['The older part of the conversation was made shorter.'];
    case 'report.made':
      return [
        `Report, ${event.report.outcome}: ${event.report.summary}`,
        ...event.report.findings.map(({ severity, text }) => `Found, ${severity}: ${text}`),
        ...event.report.actions.map(({ text }) => `Did: ${text}`),
        ...event.report.advice.map((text) => `Advice: ${text}`),
      ];
    case 'checks.made':
      return event.checks.map(({ text, verdict, detail }) => `Check ${verdict}: ${text}. ${detail}`.trim());
    case 'notice.given':
      return [`${event.level === 'warning' ? 'Warning' : 'Note'}: ${event.text}`];
    case 'operator.began':
      return [`You ran: ${event.command}`];
    case 'operator.ended':
      return [`It ended ${endOf(event)} after ${formatDuration(event.durationMs)}.`];
    case 'run.named':
      return [`This run is called ${event.name}.`];
    case 'change.planned':
      return [
        `Change ${event.change}, effect ${event.effect}: ${event.title}`,
        ...event.steps.map((step, i) => `Step ${i + 1}: ${step}. ${tellUndo(event.undo[i] ?? null)}`),
      ];
    case 'change.began':
      return [`Change, ${event.phase}: ${event.text}`];
    case 'change.finished':
      return event.ok ? [] : [`Change, ${event.phase} failed: ${event.detail}`];
    case 'change.ended':
      return [`Change ${event.change} ended, ${event.end}: ${event.message}`];
    case 'run.closed': {
      if (event.reason === 'reported') return [];
      return [
        `Ended, ${event.outcome}: ${ENDINGS[event.reason].meaning}`,
        ...(event.message ?? '').split('\n'),
      ];
    }
    default:
      return [];
  }
}

/** `C3` is a call; `C3.before` reads a file ahead of it, probes and look-steps are no calls. */
function isCall(step: string): boolean {
  return /^C\d+$/.test(step);
}

const SHORT_LINES = 3;

function tellOutput(call: string, text: string): string[] {
  const lines = text.trimEnd().split('\n');
  if (lines.length <= SHORT_LINES) return lines.map((line) => `  ${line}`);
  return [`Output: ${lines.length} lines. /show ${call} reads it.`];
}

function tellUndo(undo: string | null): string {
  return undo === null ? 'It cannot be undone.' : `Undone by: ${undo}.`;
}

function endOf({ exitCode, signal }: { exitCode: number | null; signal: string | null }): string {
  return signal === null ? `with exit status ${exitCode ?? 'unknown'}` : `by ${signal}`;
}
