import type { Limits } from '../protocol/goal.ts';
import type { Reason } from '../protocol/outcome.ts';
import type { Call } from '../protocol/tool.ts';

export interface LoopStop {
  reason: Reason;
  message: string;
  resumeAt: number | null;
  /** A shorter conversation may cure it. */
  isPromptTooLong?: boolean;
}

/** The same call, to the letter, this many times in a row is a loop that goes nowhere. */
const SAME_CALL_LIMIT = 3;

/** Turns of nothing but unusable calls (broken arguments, tools that do not exist) before we give up. */
const UNUSABLE_TURN_LIMIT = 4;

export function stopBeforeTurn(limits: Limits, turns: number, spentMs: number): LoopStop | null {
  if (limits.turns !== undefined && turns >= limits.turns) {
    return stop('turns', `Reached maximum number of turns (${limits.turns})`);
  }
  if (limits.durationMs !== undefined && spentMs >= limits.durationMs) {
    return stop('duration', `Reached the time limit of ${Math.round(limits.durationMs / 1000)} s`);
  }
  return null;
}

export function stopBeforeCalls(limits: Limits, done: number, wanted: number): LoopStop | null {
  if (limits.calls === undefined || done + wanted <= limits.calls) return null;
  return stop('calls', `Reached maximum number of tool calls (${limits.calls})`);
}

/** Counts what repeats. One for each loop; `see` is told of every turn's calls in order. */
export function createRepetitionGuard(isKnownTool: (name: string) => boolean): {
  see(calls: readonly Call[]): LoopStop | null;
} {
  let last = '';
  let same = 0;
  let unusableTurns = 0;
  return {
    see(calls) {
      for (const call of calls) {
        const key = `${call.name} ${call.brokenInput ?? JSON.stringify(call.input)}`;
        same = key === last ? same + 1 : 1;
        last = key;
        if (same >= SAME_CALL_LIMIT) {
          return stop('repeated', `The same ${call.name} call was made ${same} times in a row`);
        }
      }
      const isUnusable = calls.every((call) => call.brokenInput !== undefined || !isKnownTool(call.name));
      unusableTurns = isUnusable ? unusableTurns + 1 : 0;
      if (unusableTurns < UNUSABLE_TURN_LIMIT) return null;
      return stop('broken-reply', `The model made no usable tool call in ${unusableTurns} turns`);
    },
  };
}

function stop(reason: Reason, message: string): LoopStop {
  return { reason, message, resumeAt: null };
}
