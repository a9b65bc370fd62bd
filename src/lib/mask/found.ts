/** A secret in a text. Offsets count UTF-16 units of the text as it was given, as JavaScript's strings do. */
export interface Found {
  /** What kind of secret, in lower case with dashes: `password`, `jwt`, `anthropic-key`, `known`. */
  kind: string;
  start: number;
  end: number;
}

/** `isBare`: it stands unquoted where JSON wants a value, so its token needs quotes of its own. */
export interface Span extends Found {
  isBare?: boolean;
}

/**
 * Stands for a secret that was found already while the rest is looked at: no rule takes it for part of a word, and
 * offsets stay what they are. From Unicode's private area, where no text has letters.
 */
export const VEIL = '\uE000';

const TOKEN = /\[masked:[a-z0-9-]{1,24}:[0-9a-f]{4}\]/g;

export function hasToken(text: string): boolean {
  return text.includes('[masked:') && text.search(TOKEN) !== -1;
}

/** Tokens that are there already are not looked into. */
export function veilTokens(text: string): string {
  return text.includes('[masked:') ? text.replace(TOKEN, (token) => VEIL.repeat(token.length)) : text;
}

export function veilSpans(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  let result = '';
  let at = 0;
  for (const { start, end } of spans) {
    result += text.slice(at, start) + VEIL.repeat(end - start);
    at = end;
  }
  return result + text.slice(at);
}

export function isVeiled(text: string): boolean {
  return text.includes(VEIL) && /^\uE000+$/.test(text);
}

/** In order, without overlaps: what overlaps becomes one, under the kind of the first. */
export function mergeSpans(spans: Span[]): Span[] {
  if (spans.length === 0) return spans;
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && span.start < last.end) {
      if (span.end > last.end) merged[merged.length - 1] = { ...last, end: span.end };
    } else merged.push(span);
  }
  return merged;
}

/** How many characters of a line are the number that the tool Read put before it. */
export function numberLength(line: string): number {
  const code = line.charCodeAt(0);
  if (code !== 32 && !(code >= 48 && code <= 57)) return 0;
  return /^[ ]{0,8}\d{1,8}\t/.exec(line)?.[0].length ?? 0;
}

/** A backslash and what it escapes stay together, or what is left of a JSON string is none any more. */
export function keepEscapes(text: string, span: Span): Span {
  const start = span.start - (backslashesBefore(text, span.start) % 2);
  const isQuoteNext = /["'`]/.test(text.charAt(span.end));
  const end = span.end - (isQuoteNext ? backslashesBefore(text, span.end) % 2 : 0);
  return { ...span, start, end };
}

function backslashesBefore(text: string, at: number): number {
  let count = 0;
  while (count < 64 && text.charAt(at - 1 - count) === '\\') count += 1;
  return count;
}
