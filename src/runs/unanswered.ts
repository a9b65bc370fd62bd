import type { Effect } from '../protocol/effect.ts';
import type { ToolResultBlock, ToolUseBlock } from '../protocol/message.ts';

/** A call that the log has no result of: steward died, or the run ended before the call's turn came. */
export interface UnansweredCall {
  /** `C3`. */
  call: string;
  block: ToolUseBlock;
  /**
   * `never-started`: none of its steps began. `unknown`: one began and nobody saw how it ended. `output-lost`: its
   * steps ended, but what they gave was not kept.
   */
  state: 'never-started' | 'unknown' | 'output-lost';
  steps: CallStep[];
}

export interface CallStep {
  step: string;
  command: string;
  effect: Effect;
  /** null: nobody saw it end. */
  end: { ok: boolean; summary: string } | null;
}

/** `steps`: all that began since the reply. A call's steps are named `C3`, or `C3.before` when it takes several. */
export function describeUnanswered(
  call: string,
  block: ToolUseBlock,
  steps: readonly CallStep[],
): UnansweredCall {
  const own = steps.filter(({ step }) => step === call || step.startsWith(`${call}.`));
  return { call, block, state: stateOf(own), steps: own };
}

function stateOf(steps: readonly CallStep[]): UnansweredCall['state'] {
  if (steps.length === 0) return 'never-started';
  return steps.some(({ end }) => end === null) ? 'unknown' : 'output-lost';
}

/** What the model reads in the place of the result. */
export function answerFor({ block, state, steps }: UnansweredCall): ToolResultBlock {
  return { type: 'tool_result', toolUseId: block.id, content: explain(state, steps), isError: true };
}

function explain(state: UnansweredCall['state'], steps: readonly CallStep[]): string {
  const did = steps
    .map(({ command, end }) => (end === null ? command : `${command}: ${end.summary}`))
    .join('; ');
  switch (state) {
    case 'never-started':
      return 'Not run: steward was interrupted before this started.';
    case 'unknown':
      return `Outcome unknown: steward was killed while this ran (${did}). Look at the state before you repeat it.`;
    case 'output-lost':
      return `Output lost: this ran to its end (${did}), but steward was killed before its output was kept. Look at the state before you repeat it.`;
  }
}
