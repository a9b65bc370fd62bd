import type { ChangeEvent } from '../../protocol/change-event.ts';

/** What `runs show` says of a change, step for step. */
export function tellChange(event: ChangeEvent): string {
  switch (event.type) {
    case 'change.planned':
      return `${event.change} "${event.title}": ${event.effect}, ${event.steps.length} steps, digest ${event.digest.slice(0, 12)}`;
    case 'change.began':
      return `${event.change} ${event.phase} ${event.index + 1}: ${event.text}`;
    case 'change.finished':
      return `${event.change} ${event.phase} ${event.index + 1} ${event.ok ? 'ok' : 'not ok'}: ${event.detail}, ${event.durationMs} ms`;
    case 'change.parked':
      return `${event.change} waits for an answer as ${event.approval}`;
    case 'change.cut':
      return `${event.change} was cut off; nobody saw how its last step ended`;
    case 'executor.asked':
      return `${event.change} the executor at ${event.socket} is asked to ${event.request} it, digest ${event.digest.slice(0, 12)}`;
    case 'executor.answered':
      return `${event.change} ${tellAnswer(event)}`;
    case 'change.ended':
      return `${event.change} ${event.end}${event.failed === null ? '' : ` at ${event.failed}`}: ${event.message}`;
  }
}

function tellAnswer({
  run,
  head,
  approval,
  problem,
}: Extract<ChangeEvent, { type: 'executor.answered' }>): string {
  const parts = [
    ...(run === null ? [] : [`the executor's run ${run}, log head ${head ?? 'unknown'}`]),
    ...(approval === null ? [] : [`approval ${approval}`]),
    ...(problem === null ? [] : [problem]),
  ];
  return parts.join('; ') || 'nothing was done';
}
