export { type ChoiceOptions, chooseModel, type ModelChoice, type ModelTarget } from './choose.ts';
export { type CreateOptions, createModel } from './create.ts';
export { type FallbackCandidate, type FallbackOptions, withFallbacks } from './fallback.ts';
export { type CardOverrides, cardOf, priceOf, worstCaseUsd } from './price.ts';
export { probeToolUse, type ToolUseProbe } from './probe-tool-use.ts';
export { type ModelProfile, profileOf } from './profile.ts';
export { type KeySource, PROVIDER_NAMES, type ProviderSettings } from './providers.ts';
export { RETRY_POLICY, type RetryOptions, type RetryPolicy, withRetries } from './retry.ts';
