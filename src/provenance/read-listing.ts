import type { ListingParse } from '../protocol/named-thing.ts';

/** Names that a listing command printed. What cannot be a name of anything is left out. */
export function readListing(text: string, parse: ListingParse): Set<string> {
  const names = new Set<string>();
  for (const line of text.split('\n'))
    for (const name of READERS[parse](line)) if (isName(name)) names.add(name);
  return names;
}

const READERS: Record<ListingParse, (line: string) => Iterable<string>> = {
  words: (line) => line.split(/[\s,]+/),
  first: (line) => [line.trim().split(/\s+/)[0] ?? ''],
  last: (line) => [line.slice(line.lastIndexOf('/') + 1).trim()],
  ports: (line) => groups(line, /:(\d+)(?=\s|$)/g),
  addresses: (line) =>
    groups(line, /(?<![\w.:])(\d{1,3}(?:\.\d{1,3}){3}|[\da-f]*:[\da-f:]*:[\da-f]*)(?![\w.:])/gi),
  ids: (line) => groups(line, /(?:qemu|lxc)\/(\d+)/g),
};

function groups(line: string, pattern: RegExp): string[] {
  return [...line.matchAll(pattern)].flatMap(([, found]) => found ?? []);
}

/** Control characters, and texts longer than any name, would only end up in a question. */
function isName(text: string): boolean {
  return text.length > 0 && text.length <= 253 && /^[\x21-\x7e]+$/.test(text);
}
