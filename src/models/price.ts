import type { ModelCard, Usage } from '../protocol/model.ts';
import { CARDS, UNKNOWN_CLOUD, UNKNOWN_LOCAL } from './cards.ts';

export type CardOverrides = Record<string, Partial<Omit<ModelCard, 'model'>>>;

/** Card of a model. `overrides` come from settings, by the model's name. A local model costs nothing. */
export function cardOf(
  target: { model: string; place: 'cloud' | 'local' | 'none' },
  overrides: CardOverrides = {},
): ModelCard {
  return { ...knownCard(target.model, target.place), ...overrides[target.model], model: target.model };
}

/** US dollars; null when the price is not known. */
export function priceOf(usage: Usage, card: ModelCard): number | null {
  return card.price === null ? null : cost(usage, card.price);
}

/**
 * The most that a request can cost, in US dollars: to be reserved before it is made. `estimatedInputTokens` counts
 * four bytes to a token; logs and hex need up to 2.5 bytes, so it is stretched. All of it may be written to the cache.
 * For a model of unknown price the dearest known price counts: `isGuess` then.
 */
export function worstCaseUsd(
  estimatedInputTokens: number,
  maxOutputTokens: number,
  card: ModelCard,
): { usd: number; isGuess: boolean } {
  const price = card.price ?? DEAREST;
  const inputTokens = Math.ceil(estimatedInputTokens * DENSE_TEXT);
  const dearestInput = Math.max(price.input, price.cacheWrite);
  const usd = (inputTokens * dearestInput + maxOutputTokens * price.output) / 1_000_000;
  return { usd, isGuess: card.price === null };
}

const DENSE_TEXT = 1.6;

const FREE = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** The dearest model of the table. */
const DEAREST = CARDS.map((row) => row.price).reduce((a, b) => (b.output > a.output ? b : a));

function knownCard(model: string, place: 'cloud' | 'local' | 'none'): ModelCard {
  if (place !== 'cloud') return { model, ...UNKNOWN_LOCAL, price: FREE };
  // Routers put the maker's name in front: `deepseek/deepseek-flash`.
  const name = model.slice(model.lastIndexOf('/') + 1);
  const row = CARDS.filter(({ prefix }) => name.startsWith(prefix)).sort(
    (a, b) => b.prefix.length - a.prefix.length,
  )[0];
  if (row === undefined) return { model, ...UNKNOWN_CLOUD, price: null };
  const { prefix: _, ...card } = row;
  return { model, ...card };
}

function cost(usage: Usage, price: NonNullable<ModelCard['price']>): number {
  return (
    (usage.inputTokens * price.input +
      usage.outputTokens * price.output +
      usage.cacheReadTokens * price.cacheRead +
      usage.cacheWriteTokens * price.cacheWrite) /
    1_000_000
  );
}
