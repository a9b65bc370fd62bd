import type { ModelCard } from '../protocol/model.ts';

/** How a run adapts to what its model can hold. */
export interface ModelProfile {
  isSmall: boolean;
  /** Bytes of output in one tool result. */
  resultBytes: number;
  /** Bytes of snapshot in the first prompt. */
  snapshotBytes: number;
  /** Tokens to ask for in one reply. */
  maxOutputTokens: number;
  /** Only the tools that every goal needs (Bash, Read, Report), as small models choose badly among many. */
  hasFewTools: boolean;
}

const SMALL_BELOW_TOKENS = 32_000;

/** Bytes are counted as four to a token: a result may fill 1/16 of the context, the snapshot 1/4. */
export function profileOf(card: ModelCard): ModelProfile {
  const isSmall = card.contextTokens < SMALL_BELOW_TOKENS;
  return {
    isSmall,
    resultBytes: Math.min(32 * 1024, Math.max(2 * 1024, Math.floor(card.contextTokens / 4))),
    snapshotBytes: Math.min(48 * 1024, Math.max(4 * 1024, card.contextTokens)),
    maxOutputTokens: Math.min(card.maxOutputTokens, Math.floor(card.contextTokens / 4)),
    hasFewTools: isSmall,
  };
}
