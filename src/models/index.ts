export { type ChoiceOptions, chooseModel, type ModelChoice, type ModelTarget } from './choose.ts';
export { createModel } from './create.ts';
export { type FallbackCandidate, withFallbacks } from './fallback.ts';
export { type CardOverrides, cardOf, priceOf, worstCaseUsd } from './price.ts';
export { probeToolUse } from './probe-tool-use.ts';
export { type ModelProfile, profileOf } from './profile.ts';
export type { ProviderSettings } from './providers.ts';
export { type RetryPolicy, withRetries } from './retry.ts';
