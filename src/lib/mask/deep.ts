import { isCountName, kindOfName } from './names.ts';
import { isPlaceholder, isProse } from './values.ts';

/** Every string of a JSON value; what a key says of a string is known here, and lost in the string alone. */
export function maskDeep(
  value: unknown,
  mask: (text: string) => string,
  tokenOf: (kind: string, text: string) => string,
): unknown {
  const walk = (item: unknown, name: string | null): unknown => {
    if (typeof item === 'string') return maskField(item, name);
    if (Array.isArray(item)) return (maskArguments(item, mask) ?? item).map((one) => walk(one, name));
    if (typeof item !== 'object' || item === null) return item;
    const named = pairName(item);
    return Object.fromEntries(
      Object.entries(item).map(([key, one]) => [
        key,
        walk(one, key === 'value' && named !== null ? named : key),
      ]),
    );
  };
  const maskField = (text: string, name: string | null): string => {
    const masked = mask(text);
    if (masked !== text || name === null || text.length < 3) return masked;
    const kind = kindOfKey(name);
    if (kind === null || isPlaceholder(text) || isProse(text)) return text;
    if (isCountName(name) && /^[\d.,/]+$/.test(text)) return text;
    return tokenOf(kind, text);
  };
  return walk(value, null);
}

/** Of `["curl", "-u", "me:x"]` no string says by itself that it is a secret. null: it is no list of arguments. */
function maskArguments(items: unknown[], mask: (text: string) => string): unknown[] | null {
  if (!items.some((item, index) => index > 0 && typeof item === 'string' && item.startsWith('-')))
    return null;
  if (!items.every((item) => typeof item === 'string')) return null;
  const line = JSON.stringify(items);
  const masked = mask(line);
  if (masked === line) return null;
  try {
    const parsed: unknown = JSON.parse(masked);
    return Array.isArray(parsed) && parsed.length === items.length ? parsed : null;
  } catch {
    return null;
  }
}

const kinds = new Map<string, string | null>();
const MOST_KINDS = 256;

/** What is recorded has the same few keys again and again. */
function kindOfKey(name: string): string | null {
  const known = kinds.get(name);
  if (known !== undefined) return known;
  const kind = kindOfName(name);
  if (kinds.size >= MOST_KINDS) kinds.clear();
  kinds.set(name, kind);
  return kind;
}

/** `{"name": "DB_PASSWORD", "value": …}`, of container definitions. */
function pairName(item: object): string | null {
  if (!('value' in item)) return null;
  const name = 'name' in item ? item.name : 'key' in item ? item.key : null;
  return typeof name === 'string' ? name : null;
}
