/**
 * Patterns over paths. A pattern is a string in which `*`, `?` and `[…]` are special unless a backslash stands before
 * them; `**` as a whole component stands for any number of components. A plain path is a pattern without specials.
 */
export function escapePattern(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, '\\$&');
}

/** Can one path match both? Brackets count as `?`: too many matches are safe, too few are not. */
export function mayMatchBoth(a: PathPattern, b: PathPattern): boolean {
  return componentsMeet(a, 0, b, 0);
}

/** Could something below the folder `a` (a pattern itself) match `b`? */
export function mayMatchBelow(a: PathPattern, b: PathPattern): boolean {
  return componentsMeet([...a, ANYTHING], 0, b, 0);
}

/**
 * Can the path, in which nothing is special, match one of them? Most paths hold no text that any of the patterns asks for:
 * a pattern is taken apart when a path comes that does.
 */
export function matcherOfAny(patterns: readonly string[]): (path: string) => boolean {
  const all = patterns.map((pattern) => ({
    pattern,
    text: longestText(pattern),
    components: undefined as PathPattern | undefined,
  }));
  return (path) => {
    const lower = path.toLowerCase();
    const near = all.filter(({ text }) => lower.includes(text));
    if (near.length === 0) return false;
    const components = split(escapePattern(path));
    return near.some((one) => {
      one.components ??= split(one.pattern);
      return mayMatchBoth(components, one.components);
    });
  };
}

/** In lower case, what a path that matches holds in any case; empty when that is not told easily. */
function longestText(pattern: string): string {
  if (/[[\\]|[^ -~]/.test(pattern)) return '';
  let longest = '';
  for (const text of pattern.match(/[^/*?]+/g) ?? []) if (text.length > longest.length) longest = text;
  return longest.toLowerCase();
}

interface Component {
  isAnything: boolean;
  tokens: Token[];
  /** In lower case, when nothing in it is special. */
  plain: string | null;
  /**
   * For plain texts; null when it is plain itself, or has so many wildcards that only the walk is quick for sure.
   * Made when it is first needed: most patterns are told apart by a character.
   */
  matcher: RegExp | null | undefined;
}
/** A character in lower case, or one of the two wildcards. */
type Token = string | typeof ONE | typeof MANY;
const ONE = Symbol('one');
const MANY = Symbol('many');
const ANYTHING: Component = { isAnything: true, tokens: [], plain: null, matcher: null };

export type PathPattern = Component[];

export function split(pattern: string): Component[] {
  return pattern
    .split('/')
    .filter((text) => text !== '')
    .map((text) => (text === '**' ? ANYTHING : component(tokens(text))));
}

/** A matcher tries every way to share a text among the wildcards. */
const MOST_MATCHED = 3;

function component(list: Token[]): Component {
  const isPlain = list.every((token) => typeof token === 'string');
  const plain = isPlain ? list.join('') : null;
  return { isAnything: false, tokens: list, plain, matcher: isPlain ? null : undefined };
}

function matcherOf(pattern: Component): RegExp | null {
  pattern.matcher ??= pattern.matcher === null ? null : makeMatcher(pattern.tokens);
  return pattern.matcher;
}

function makeMatcher(list: Token[]): RegExp | null {
  if (list.filter((token) => token === MANY).length > MOST_MATCHED) return null;
  const source = list.map((token) =>
    token === MANY ? '[^]*' : token === ONE ? '[^]' : token.replace(/[^\w]/, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`);
}

function tokens(text: string): Token[] {
  const result: Token[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c === '\\') {
      i++;
      result.push((text[i] ?? '\\').toLowerCase());
    } else if (c === '*') {
      if (result.at(-1) !== MANY) result.push(MANY);
    } else if (c === '?') {
      result.push(ONE);
    } else if (c === '[') {
      const end = text.indexOf(']', i + 2);
      if (end === -1) result.push('[');
      else {
        result.push(ONE);
        i = text.startsWith('[:', i + 1) ? Math.max(end, text.lastIndexOf(']')) : end;
      }
    } else result.push(c.toLowerCase());
  }
  return result;
}

function componentsMeet(a: Component[], i: number, b: Component[], j: number): boolean {
  const left = a[i];
  const right = b[j];
  if (left === undefined && right === undefined) return true;
  if ((left?.isAnything === true) !== (right?.isAnything === true)) {
    const isLeft = left?.isAnything === true;
    const skipped = isLeft ? b.length - j - (a.length - i - 1) : a.length - i - (b.length - j - 1);
    // With no other `**` in either, what is left of both must be as long.
    if (!hasAnything(a, isLeft ? i + 1 : i) && !hasAnything(b, isLeft ? j : j + 1)) {
      if (skipped < 0) return false;
      return isLeft ? componentsMeet(a, i + 1, b, j + skipped) : componentsMeet(a, i + skipped, b, j + 1);
    }
  }
  if (left?.isAnything === true) {
    return componentsMeet(a, i + 1, b, j) || (right !== undefined && componentsMeet(a, i, b, j + 1));
  }
  if (right?.isAnything === true) {
    return componentsMeet(a, i, b, j + 1) || (left !== undefined && componentsMeet(a, i + 1, b, j));
  }
  if (left === undefined || right === undefined) return false;
  return componentMeets(left, right) && componentsMeet(a, i + 1, b, j + 1);
}

function hasAnything(list: Component[], from: number): boolean {
  for (let i = from; i < list.length; i++) if (list[i]?.isAnything === true) return true;
  return false;
}

function componentMeets(a: Component, b: Component): boolean {
  if (a.plain !== null && b.plain !== null) return a.plain === b.plain;
  if (a.plain !== null && b.plain === null) {
    // Most pairs part at their first or last character.
    if (differ(a.tokens[0], b.tokens[0]) || differ(a.tokens.at(-1), b.tokens.at(-1))) return false;
    const matcher = matcherOf(b);
    if (matcher !== null) return matcher.test(a.plain);
  }
  return tokensMeet(a.tokens, b.tokens);
}

/** A wildcard at the start does not match a leading dot, as in bash. */
function tokensMeet(a: Token[], b: Token[]): boolean {
  if (typeof a[0] === 'symbol' && b[0] === '.') return false;
  // Most pairs part at their first or last character.
  if (differ(a[0], b[0]) || differ(a.at(-1), b.at(-1))) return false;
  let row = new Set([0]);
  // A walk over the product of the two patterns; `row` holds the places in `b` reachable before a[i].
  row = closure(row, b);
  for (const token of a) {
    const next = new Set<number>();
    if (token === MANY) {
      const least = Math.min(...row);
      for (let j = least; j <= b.length; j++) next.add(j);
    } else {
      for (const j of row) {
        const other = b[j];
        if (other === MANY) next.add(j);
        else if (other !== undefined && (other === ONE || token === ONE || other === token)) next.add(j + 1);
      }
    }
    if (next.size === 0) return false;
    row = closure(next, b);
  }
  return row.has(b.length);
}

function differ(a: Token | undefined, b: Token | undefined): boolean {
  return typeof a !== 'symbol' && typeof b !== 'symbol' && a !== b;
}

function closure(row: Set<number>, b: Token[]): Set<number> {
  for (const j of row) if (b[j] === MANY) row.add(j + 1);
  return row;
}
