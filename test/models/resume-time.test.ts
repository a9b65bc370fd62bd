import { describe, expect, it } from 'vitest';
import { resumeTime } from '../../src/models/resume-time.ts';

const NOW = Date.parse('2026-03-01T03:00:00Z');
const at = (headers: Record<string, string>, body = '') =>
  resumeTime(new Map(Object.entries(headers)), body, NOW);
const inMs = (ms: number) => NOW + ms;

describe('the time to come back', () => {
  it.each<[string, Record<string, string>, number | null]>([
    ['nothing said', {}, null],
    ['seconds', { 'retry-after': '30' }, inMs(30_000)],
    ['a fraction', { 'retry-after': '0.5' }, inMs(500)],
    ['a date', { 'retry-after': 'Sun, 01 Mar 2026 03:05:00 GMT' }, inMs(300_000)],
    ['a date that has passed', { 'retry-after': 'Sun, 01 Mar 2026 02:00:00 GMT' }, NOW],
    ['nonsense', { 'retry-after': 'soon' }, null],
    ['milliseconds before seconds', { 'retry-after-ms': '250', 'retry-after': '9' }, inMs(250)],
    [
      'the reset of the limit that is used up',
      {
        'anthropic-ratelimit-requests-remaining': '12',
        'anthropic-ratelimit-requests-reset': '2026-03-01T03:00:01Z',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-03-01T03:04:00Z',
      },
      inMs(240_000),
    ],
    [
      'a reset without what remains',
      { 'anthropic-ratelimit-tokens-reset': '2026-03-01T03:02:00Z' },
      inMs(120_000),
    ],
    [
      'a reset in epoch seconds',
      { 'anthropic-ratelimit-unified-reset': String(NOW / 1000 + 60) },
      inMs(60_000),
    ],
    [
      "OpenAI's durations",
      { 'x-ratelimit-reset-requests': '1m30.5s', 'x-ratelimit-remaining-requests': '0' },
      inMs(90_500),
    ],
    ["OpenAI's milliseconds", { 'x-ratelimit-reset-tokens': '20ms' }, inMs(20)],
  ])('%s', (_, headers, expected) => {
    expect(at(headers)).toBe(expected);
  });

  it("is read from Google's body", () => {
    const body =
      '[{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.5s"}]}}]';
    expect(at({}, body)).toBe(inMs(34_500));
  });
});
