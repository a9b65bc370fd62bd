import type { PostAnswer } from '../protocol/post.ts';

/** When a server says that it can be asked again, in milliseconds since the epoch; null when it does not say. */
export function resumeTime(headers: PostAnswer['headers'], body: string, nowMs: number): number | null {
  return retryAfter(headers, nowMs) ?? limitReset(headers, nowMs) ?? delayInBody(body, nowMs);
}

/** `retry-after-ms`, and `retry-after` in seconds or as an HTTP date (RFC 9110, 10.2.3). */
function retryAfter(headers: PostAnswer['headers'], nowMs: number): number | null {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(ms)) return nowMs + Math.max(0, ms);
  const value = headers.get('retry-after');
  if (value === undefined) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return nowMs + Math.max(0, seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(nowMs, at);
}

/**
 * Reset times of the vendors' limits: `anthropic-ratelimit-tokens-reset` (a date, or seconds since the epoch) beside
 * `anthropic-ratelimit-tokens-remaining`, and OpenAI's `x-ratelimit-reset-requests` (`6m0s`). Of several, the latest
 * of those that are used up; when none is marked so, the earliest.
 */
function limitReset(headers: PostAnswer['headers'], nowMs: number): number | null {
  const resets: { at: number; isUsedUp: boolean }[] = [];
  for (const [name, value] of headers) {
    const anthropic = /^anthropic-ratelimit-(.*)-reset$/.exec(name);
    const openai = /^x-ratelimit-reset-(.*)$/.exec(name);
    if (anthropic === null && openai === null) continue;
    const remaining =
      anthropic === null
        ? `x-ratelimit-remaining-${openai?.[1]}`
        : `anthropic-ratelimit-${anthropic[1]}-remaining`;
    const at = parseReset(value, nowMs);
    if (at !== null) resets.push({ at, isUsedUp: headers.get(remaining) === '0' });
  }
  const usedUp = resets.filter((reset) => reset.isUsedUp).map((reset) => reset.at);
  if (usedUp.length > 0) return Math.max(...usedUp);
  return resets.length > 0 ? Math.min(...resets.map((reset) => reset.at)) : null;
}

function parseReset(value: string, nowMs: number): number | null {
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    // A count of seconds from now is small, seconds since the epoch are ten digits.
    return number > 1e9 ? number * 1000 : nowMs + number * 1000;
  }
  const lasting = durationMs(text);
  if (lasting !== null) return nowMs + lasting;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(nowMs, at);
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationMs(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return total;
}

/** Google's RetryInfo: `"retryDelay": "34.07s"`. */
function delayInBody(body: string, nowMs: number): number | null {
  const found = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/.exec(body);
  return found?.[1] === undefined ? null : nowMs + Number(found[1]) * 1000;
}
