import { mergeSpans, type Span } from './found.ts';

/** Shorter ones would be found inside ordinary words. */
export const SHORTEST_KNOWN = 6;

/** Finds values that are known to be secret, also as JSON, a URL or base64 spells them. */
export function createKnownFinder(values: readonly string[]): (text: string) => Span[] {
  const pattern = knownPattern(values);
  if (pattern === null) return () => [];
  return (text) => {
    const spans: Span[] = [];
    for (const { 0: found, index } of text.matchAll(pattern))
      spans.push({ kind: 'known', start: index, end: index + found.length });
    return mergeSpans(spans);
  };
}

/** A known value has spaces, and one of its words stands here. */
export function hasKnownWord(values: readonly string[], text: string): boolean {
  return values.some(
    (value) => /\s/.test(value) && value.split(/\s+/).some((word) => word !== '' && text.includes(word)),
  );
}

/** Longest first, so that a value that begins another one does not hide the rest of it. */
function knownPattern(values: readonly string[]): RegExp | null {
  const spellings = new Set<string>();
  for (const value of values) {
    if (value.length < SHORTEST_KNOWN) continue;
    spellings.add(value);
    spellings.add(JSON.stringify(value).slice(1, -1));
    if (value.isWellFormed()) spellings.add(encodeURIComponent(value));
    for (const plain of [value, `${value}\n`]) spellings.add(Buffer.from(plain).toString('base64'));
  }
  if (spellings.size === 0) return null;
  const longestFirst = [...spellings].sort((a, b) => b.length - a.length);
  const escaped = longestFirst.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(escaped.join('|'), 'g');
}
