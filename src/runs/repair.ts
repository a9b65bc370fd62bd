import type { LogLine, RunEvent } from '../protocol/event.ts';
import { replay } from './replay.ts';
import type { EventOf } from './replayed.ts';

export interface Repair {
  /** Bytes of a last line that was never finished. */
  cutBytes: number;
  /** Lines that are not what was written; they stay. */
  damagedLines: number[];
  unknownSteps: string[];
  /** Ids of tool_use blocks without a result. */
  unansweredCalls: string[];
  /** What the log gets: one `step.unknown` for each, and `log.repaired` last. */
  events: RunEvent[];
}

/** Pure. null when there is nothing wrong that the log does not say already, so that a second opening adds nothing. */
export function planRepair(
  lines: readonly LogLine[],
  cutBytes: number,
  damagedLines: readonly number[],
): Repair | null {
  const earlier = lines.flatMap(({ event }) => (event.type === 'log.repaired' ? [event] : []));
  const open = findOpenSteps(lines);
  const repair = {
    cutBytes,
    damagedLines: damagedLines.filter((line) => !earlier.some((told) => told.damagedLines.includes(line))),
    unknownSteps: open.map(({ step }) => step),
    unansweredCalls: findUntoldCalls(lines),
  };
  const { unknownSteps, unansweredCalls } = repair;
  const wrong = cutBytes + repair.damagedLines.length + unknownSteps.length + unansweredCalls.length;
  if (wrong === 0) return null;
  const unknown = open.map(({ step, effect, command }) => ({
    type: 'step.unknown' as const,
    step,
    effect,
    command,
  }));
  return { ...repair, events: [...unknown, { type: 'log.repaired', ...repair }] };
}

function findOpenSteps(lines: readonly LogLine[]): EventOf<'step.started'>[] {
  const open: EventOf<'step.started'>[] = [];
  for (const { event } of lines) {
    if (event.type === 'step.started') open.push(event);
    if (event.type !== 'step.finished' && event.type !== 'step.unknown') continue;
    const at = open.findIndex(({ step }) => step === event.step);
    if (at >= 0) open.splice(at, 1);
  }
  return open;
}

/** Calls that a limit left out of a run which then ended in order are no damage. */
function findUntoldCalls(lines: readonly LogLine[]): string[] {
  const { unanswered, closed } = replay(lines);
  if (closed !== null) return [];
  const lastReply = lines.findLastIndex(({ event }) => event.type === 'model.replied');
  const told = lines
    .slice(lastReply + 1)
    .flatMap(({ event }) => (event.type === 'log.repaired' ? event.unansweredCalls : []));
  return unanswered.map(({ block }) => block.id).filter((id) => !told.includes(id));
}
