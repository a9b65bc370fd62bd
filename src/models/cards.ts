/**
 * What models hold and cost: US dollars per million tokens, without discounts. Read from the vendors' pages
 * (platform.claude.com/docs models and pricing, api-docs.deepseek.com/quick_start/pricing,
 * ai.google.dev/gemini-api/docs/pricing) as they stood on 2026-11-15. Where a price depends on the hour the higher
 * one is here. Where it rises with the length of the prompt, `contextTokens` stops below that length: Claude Haiku
 * 5.5 costs five times as much above 100,000 tokens, Gemini Pro twice above 200,000. No card goes over 200,000:
 * what an operator pays for every turn of a longer conversation is no small matter. Settings may override all.
 */
export interface CardRow {
  /** Start of the model's name. The longest one that matches counts. */
  prefix: string;
  contextTokens: number;
  maxOutputTokens: number;
  price: { input: number; output: number; cacheRead: number; cacheWrite: number };
}

/** Output that is asked for in one reply: enough for thinking and a long report, and a bound to what it can cost. */
const OUTPUT = 16_000;

export const CARDS: readonly CardRow[] = [
  claude('claude-opus-5-5', 4, 20, 0.2),
  claude('claude-opus', 5, 25, 0.5),
  claude('claude-opus-4-1', 15, 75, 1.5),
  claude('claude-opus-4-2', 15, 75, 1.5), // claude-opus-4-2025…: the first Opus 4
  claude('claude-sonnet-5-5', 2, 10, 0.1),
  claude('claude-sonnet-5', 2, 10, 0.2),
  claude('claude-sonnet', 3, 15, 0.3),
  claude('claude-haiku-5-5', 0.1, 0.5, 0.01, 100_000),
  claude('claude-haiku', 1, 5, 0.1),
  claude('claude-fable-5-1', 10, 50, 0.25),
  claude('claude-fable', 10, 50, 1),
  claude('claude-mythos-5-1', 10, 50, 0.25),
  claude('claude-mythos', 10, 50, 1),
  other('deepseek-flash', 0.3, 1.2, 0.006),
  other('deepseek-v4-flash', 0.3, 1.2, 0.006),
  other('deepseek-v4-pro', 1.32, 3.96, 0.044),
  other('gemini-2.5-flash-lite', 0.1, 0.4, 0.01),
  other('gemini-2.5-flash', 0.3, 2.5, 0.03),
  other('gemini-2.5-pro', 1.25, 10, 0.125),
  other('gemini-3-flash', 0.5, 3, 0.05),
  other('gemini-3.1-flash-lite', 0.25, 1.5, 0.025),
  other('gemini-3.5-flash', 1.5, 9, 0.15),
  other('gemini-3-pro', 2, 12, 0.2),
  other('gemini-3.1-pro', 2, 12, 0.2),
];

/** Short names for Claude's models. */
export const ALIASES: Readonly<Record<string, string>> = {
  opus: 'claude-opus-5-5',
  sonnet: 'claude-sonnet-5-5',
  haiku: 'claude-haiku-5-5',
};

/** What a cloud model of unknown price holds at least. */
export const UNKNOWN_CLOUD = { contextTokens: 128_000, maxOutputTokens: OUTPUT };

/**
 * A local model when settings do not say. Ollama gives 4,096 tokens unless asked, and cuts silently; steward asks for
 * these, which an 8B model on 8 GB can hold.
 */
export const UNKNOWN_LOCAL = { contextTokens: 16_384, maxOutputTokens: 4_096 };

/** Cache writes that last five minutes cost 1.25 times the input on every Claude model. */
function claude(
  prefix: string,
  input: number,
  output: number,
  cacheRead: number,
  context = 200_000,
): CardRow {
  return {
    prefix,
    contextTokens: context,
    maxOutputTokens: OUTPUT,
    price: { input, output, cacheRead, cacheWrite: input * 1.25 },
  };
}

/** Caching is automatic here, and writing to the cache costs the input's price. */
function other(prefix: string, input: number, output: number, cacheRead: number): CardRow {
  return {
    prefix,
    contextTokens: 200_000,
    maxOutputTokens: OUTPUT,
    price: { input, output, cacheRead, cacheWrite: input },
  };
}
