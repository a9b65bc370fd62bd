import type { LogLine, RunEvent } from '../../protocol/event.ts';
import type { Trigger } from '../../protocol/trigger.ts';
import { tellChange } from './change-lines.ts';
import { describeCall } from './run-fold.ts';

const LONGEST = 400;

/** `steward runs show`: what happened, a line or two an event, in order. */
export function eventLines(lines: readonly LogLine[]): string[] {
  return lines.map(({ time, event }) => `${time}  ${event.type.padEnd(17)} ${tell(event)}`);
}

function tell(event: RunEvent): string {
  switch (event.type) {
    case 'run.opened':
      return `${event.goal === null ? quote(event.prompt ?? '') : `goal ${event.goal}`}, ${describeTrigger(event.trigger)}, on ${event.host.hostname} as ${event.host.user}, model ${event.model ?? 'none'}, autonomy ${event.autonomy}, isolation ${event.isolation}`;
    case 'isolation.found':
      return `isolation ${event.isolation}${event.problem === null ? '' : `: ${event.problem}`}`;
    case 'run.resumed':
      return event.prompt === null ? 'goes on where it stopped' : quote(event.prompt);
    case 'run.named':
      return quote(event.name);
    case 'run.rewound':
      return `to before ${quote(event.prompt)} (line ${event.point}); files restored: ${list(event.restored)}; left as they are: ${list(event.refused.map(({ path }) => path))}`;
    case 'operator.began':
      return `${event.id} ${quote(event.command)}${event.isTold ? '' : ', not told to the model'}`;
    case 'operator.ended':
      return `${event.id} ${event.signal ?? `exit ${event.exitCode}`}, ${event.outputBytes} bytes of output, ${event.durationMs} ms`;
    case 'log.repaired':
      return `${event.cutBytes} bytes of a torn line cut; outcome unknown: ${list(event.unknownSteps)}; unanswered calls: ${list(event.unansweredCalls)}`;
    case 'snapshot.taken':
      return event.items.map(({ id, probe, status }) => `${id} ${probe} ${status}`).join(', ');
    case 'findings.judged':
      return event.findings.length === 0
        ? 'none'
        : event.findings.map(({ id, text }) => `${id} ${text}`).join('; ');
    case 'look.taken':
      return `${event.look.id} for ${event.look.finding}: ${event.look.command} (${event.look.ok ? 'ok' : event.look.reason})`;
    case 'prompt.built':
      return `${event.bytes} bytes`;
    case 'message.added':
      return quote(event.message.content.map((block) => (block.type === 'text' ? block.text : '')).join(' '));
    case 'model.requested':
      return `turn ${event.turn} to ${event.model}`;
    case 'model.replied':
      return `turn ${event.turn}: ${event.stopReason}, ${event.usage.inputTokens}+${event.usage.outputTokens} tokens, ${event.durationMs} ms; ${event.content.map((block) => (block.type === 'text' ? quote(block.text) : block.type === 'tool_use' ? describeCall(block.name, block.input) : '')).join(' ')}`.slice(
        0,
        LONGEST,
      );
    case 'model.failed':
      return `${event.model}, attempt ${event.attempt}: ${event.class}: ${event.message}`;
    case 'step.decided':
      return `${event.step} ${event.decision} (${event.verdict}, ${event.effect}, ${event.rule}): ${event.command}`.slice(
        0,
        LONGEST,
      );
    case 'step.asked':
      return `${event.step} ${event.question.id} (${event.question.effect}, ${event.question.rule}): ${event.question.command}`.slice(
        0,
        LONGEST,
      );
    case 'step.answered':
      return `${event.step} ${event.question} ${tellAnswer(event)}`;
    case 'step.started':
    case 'step.unknown':
      return `${event.step} ${event.effect}: ${event.command}`.slice(0, LONGEST);
    case 'step.finished':
      return `${event.step} ${event.ok ? 'ok' : 'not ok'}: ${event.summary}, ${event.durationMs} ms`;
    case 'file.checkpointed':
      return `${event.step} ${event.path} (${event.before === null ? 'new file' : 'old bytes kept'})`;
    case 'call.finished':
      return `${event.call} ${describeCall(event.tool, event.input)}: ${event.refused ? 'refused' : event.ok ? 'ok' : 'not ok'}`.slice(
        0,
        LONGEST,
      );
    case 'context.reduced':
      return `${event.method}: ${event.droppedBytes} bytes left out`;
    case 'report.made':
      return `${event.report.outcome}: ${quote(event.report.summary)}`;
    case 'checks.made':
      return event.checks.map(({ id, verdict, text }) => `${id} ${verdict}: ${text}`).join('; ');
    case 'notice.given':
      return event.text;
    case 'change.planned':
    case 'change.began':
    case 'change.finished':
    case 'change.parked':
    case 'change.cut':
    case 'executor.asked':
    case 'executor.answered':
    case 'change.ended':
      return tellChange(event);
    case 'run.closed':
      return `${event.outcome} (${event.reason})${event.message === null ? '' : `: ${event.message}`}`;
  }
}

function describeTrigger({ kind, by, parent, depth }: Trigger): string {
  const chain = parent === null ? '' : ` (${depth ?? 1} after run ${parent})`;
  return `${kind}${by == null || kind === 'manual' ? '' : ` by ${quote(by)}`}${chain}`;
}

function quote(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return `"${line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line}"`;
}

function list(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : ids.join(', ');
}

function tellAnswer({ answer, comment, rule }: Extract<RunEvent, { type: 'step.answered' }>): string {
  if (answer === 'deny') return comment === null ? 'denied' : `denied: ${comment}`;
  if (rule === null) return 'once';
  return `for this run, ${rule.rule}${rule.applies ? '' : ', which does not apply: once'}`;
}
