import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardOf, priceOf, profileOf, worstCaseUsd } from '../../src/models/index.ts';

const cloud = (model: string) => cardOf({ model, place: 'cloud' });

describe('model cards', () => {
  it.each([
    ['claude-opus-5-5', 4, 20],
    ['claude-opus-4-8', 5, 25],
    ['claude-opus-4-5-20251101', 5, 25],
    ['claude-opus-4-1-20250805', 15, 75],
    ['claude-opus-4-20250514', 15, 75],
    ['claude-sonnet-5-5', 2, 10],
    ['claude-sonnet-4-6', 3, 15],
    ['claude-haiku-4-5-20251001', 1, 5],
    ['claude-haiku-5-5', 0.1, 0.5],
    ['deepseek-flash', 0.3, 1.2],
    ['router/deepseek-v4-pro', 1.32, 3.96],
    ['gemini-2.5-flash-lite', 0.1, 0.4],
    ['gemini-2.5-flash', 0.3, 2.5],
  ])('%s costs %d and %d a million tokens', (model, input, output) => {
    expect(cloud(model).price).toMatchObject({ input, output });
  });

  it('a local model costs nothing, whatever its name', () => {
    const card = cardOf({ model: 'claude-opus-5-5', place: 'local' });
    expect(
      priceOf({ inputTokens: 1e6, outputTokens: 1e6, cacheReadTokens: 0, cacheWriteTokens: 0 }, card),
    ).toBe(0);
  });

  it('the price of an unknown cloud model is not known', () => {
    const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
    expect(priceOf(usage, cloud('mystery-1'))).toBeNull();
  });

  it('settings are over the table', () => {
    const price = { input: 1, output: 2, cacheRead: 0, cacheWrite: 1 };
    const card = cardOf(
      { model: 'mystery-1', place: 'cloud' },
      { 'mystery-1': { price, contextTokens: 8_192 } },
    );
    expect(card).toEqual({ model: 'mystery-1', price, contextTokens: 8_192, maxOutputTokens: 16_000 });
  });

  it('stay below the length at which Haiku 5.5 costs five times as much', () => {
    expect(cloud('claude-haiku-5-5').contextTokens).toBe(100_000);
  });
});

describe('prices', () => {
  it('add up input, output and both sides of the cache', () => {
    const usage = { inputTokens: 1_000, outputTokens: 100, cacheReadTokens: 10_000, cacheWriteTokens: 2_000 };
    // 1000 × 3 + 100 × 15 + 10000 × 0.3 + 2000 × 3.75, in millionths
    expect(priceOf(usage, cloud('claude-sonnet-4-6'))).toBeCloseTo(0.015, 10);
  });

  it('of the worst case are never below the real cost of text at 2.5 bytes a token', () => {
    fc.assert(
      fc.property(
        fc.nat(800_000),
        fc.nat(16_000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (bytes, output, share) => {
          const card = cloud('claude-opus-4-8');
          const tokens = Math.floor(bytes / 2.5);
          const written = Math.floor(tokens * share);
          const usage = {
            inputTokens: tokens - written,
            outputTokens: output,
            cacheReadTokens: 0,
            cacheWriteTokens: written,
          };
          const worst = worstCaseUsd(Math.ceil(bytes / 4), output, card);
          expect(worst.usd).toBeGreaterThanOrEqual(priceOf(usage, card) ?? Number.POSITIVE_INFINITY);
        },
      ),
    );
  });

  it('of the worst case of an unknown model are those of the dearest known one, and marked as a guess', () => {
    expect(worstCaseUsd(1_000, 1_000, cloud('mystery-1'))).toEqual({
      ...worstCaseUsd(1_000, 1_000, cloud('claude-opus-4-1')),
      isGuess: true,
    });
    expect(worstCaseUsd(1_000, 1_000, cardOf({ model: 'x', place: 'local' }))).toEqual({
      usd: 0,
      isGuess: false,
    });
  });
});

describe('the profile of a model', () => {
  it('is small below 32,000 tokens, and leaves room for more than one result', () => {
    const small = profileOf(cardOf({ model: 'qwen3:8b', place: 'local' }));
    expect(small).toEqual({
      isSmall: true,
      hasFewTools: true,
      resultBytes: 4_096,
      snapshotBytes: 16_384,
      maxOutputTokens: 4_096,
    });
    expect(profileOf(cloud('claude-opus-5-5'))).toEqual({
      isSmall: false,
      hasFewTools: false,
      resultBytes: 32_768,
      snapshotBytes: 49_152,
      maxOutputTokens: 16_000,
    });
  });
});
