import { OpsError } from '../lib/ops-error.ts';
import type { ToolOutput } from '../protocol/tool.ts';
import type { Judgement } from '../protocol/verdict.ts';

/** steward's own words: something went wrong that the model can act on. */
export function failure(text: string): ToolOutput {
  return { ok: false, text, isOwnWords: true };
}

/** The gate said no. One refusal never ends a run, so the model is told why and what is left to it. */
export function refusal(judgement: Judgement, reason: string, instead: string): ToolOutput {
  const sentence = /[.!?]$/.test(reason) ? reason : `${reason}.`;
  return {
    ok: false,
    text: `Not run, rule ${judgement.rule}: ${sentence} ${instead}`.trimEnd(),
    isOwnWords: true,
    isRefused: true,
  };
}

/** What was expected to go wrong is an answer to the model; anything else is a bug. */
export function asOpsError(error: unknown): OpsError {
  if (error instanceof OpsError) return error;
  throw error;
}
