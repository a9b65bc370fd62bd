import { isProse, isRandom } from './values.ts';

/** A value as it stands after its name. */
export interface Value {
  start: number;
  end: number;
  quote: string | null;
  /** Nothing but a closing mark follows it on the line. */
  isLast: boolean;
  /** The rest of a line of configuration, spaces included. */
  isRest: boolean;
}

export interface ValueContext {
  separator: '=' | ':' | '>' | ' ' | 'is';
  hasSpace: boolean;
  isLineStart: boolean;
}

const SCHEME = /(?:Bearer|Basic|Token|ApiKey|Negotiate|Digest)[ \t]{1,4}(?=\S)/iy;

/** What begins at `at`; null when nothing does. Linear in what it takes. */
export function readValue(line: string, at: number, context: ValueContext): Value | null {
  if (context.separator === '>') return between(line, at, '<');
  const opened = /^(?:[bruf]{0,2}|\[[ \t]{0,4}|@)(\\{0,3}(?:"""|'''|''(?=[^'])|["'`]))/.exec(
    line.slice(at, at + 12),
  );
  if (opened !== null) {
    const quote = opened[1] ?? '"';
    return quoted(line, at + opened[0].length, quote);
  }
  SCHEME.lastIndex = at;
  const start = SCHEME.test(line) ? SCHEME.lastIndex : at;
  if (start >= line.length || /[\s{[|]/.test(line.charAt(start))) return null;
  if (context.isLineStart && (context.separator === '=' || context.separator === ':')) {
    return restOfLine(line, start, context) ?? word(line, start, /[\s"'`]/);
  }
  return word(line, start, context.separator === ' ' ? /[\s"'`]/ : /[\s"'`,;&<>]/);
}

function between(line: string, start: number, close: string): Value | null {
  const found = line.indexOf(close, start);
  const end = found === -1 ? line.length : found;
  return end === start ? null : { start, end, quote: close, isLast: true, isRest: false };
}

function quoted(line: string, from: number, quote: string): Value | null {
  SCHEME.lastIndex = from;
  const start = SCHEME.test(line) ? SCHEME.lastIndex : from;
  const end = closing(line, start, quote);
  if (end === start) return null;
  // Cut off before its end: the first word is what was there to be kept.
  if (end === -1) return { ...word(line, start, /[\s"'`,;]/), quote: null };
  return { start, end, quote, isLast: true, isRest: false };
}

/** Index of the closing quote, or -1. A quote that is itself escaped ends at one that is escaped as often. */
function closing(line: string, from: number, quote: string): number {
  if (quote !== '"' && quote !== "'") {
    const found = line.indexOf(quote, from);
    if (!quote.startsWith('\\')) return found;
    const bare = line.indexOf(quote.slice(-1), from);
    return found === -1 ? bare : found;
  }
  for (let i = from; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === '\\' && quote === '"') i += 1;
    else if (char === quote) return i;
  }
  return -1;
}

function word(line: string, start: number, stop: RegExp): Value {
  let end = start;
  while (end < line.length && !stop.test(line.charAt(end))) end += 1;
  // A backslash before the quote that ends it belongs to the quote.
  if (/["'`]/.test(line.charAt(end))) while (end > start && line[end - 1] === '\\') end -= 1;
  const after = line.slice(end, end + 8);
  const isLast = /^[ \t]*(?:["',;}\])]|$)/.test(after);
  for (let i = 0; i < 4 && end > start + 1; i++) {
    if (!/[)\]},;]/.test(line.charAt(end - 1)) || isOpened(line, start, end)) break;
    end -= 1;
  }
  if (/^[ \t]|^$/.test(after) && end > start + 3 && /[.:]/.test(line.charAt(end - 1))) end -= 1;
  return { start, end, quote: null, isLast, isRest: false };
}

/** Is the bracket that ends the word opened in it? Then it belongs to it. */
function isOpened(line: string, start: number, end: number): boolean {
  const pairs: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
  const open = pairs[line.charAt(end - 1)];
  if (open === undefined) return false;
  const at = line.indexOf(open, start);
  return at !== -1 && at < end;
}

/** Words and nothing else, as Google's passwords for programs and a pass phrase in an env file are: no command has so few signs. */
function isPhrase(text: string): boolean {
  if (/^(?:(?:[a-z\d]{4} ){3}[a-z\d]{4}|[A-Za-z]{2,16}(?: [A-Za-z\d]{1,16}){1,6})$/.test(text)) return true;
  // Classes of Unicode are dear to make, and few texts have more than ASCII.
  return /[^\x00-\x7f]/.test(text) && /^\p{L}{2,16}(?: [\p{L}\d]{1,16}){1,6}$/u.test(text);
}

/** `name: all of this # but not this`: configuration has values with spaces and without quotes. */
function restOfLine(line: string, start: number, { separator, hasSpace }: ValueContext): Value | null {
  // `PGPASSWORD=x psql -h db`: the value of a variable before a command ends with the first word.
  const isShell = separator === '=' && !hasSpace;
  if (
    isShell &&
    !isPhrase(line.slice(start).trimEnd()) &&
    (/[A-Z]/.test(line.charAt(line.indexOf('=') - 1)) || /\s[-/"']|=/.test(line.slice(start)))
  )
    return null;
  let end = line.length;
  const comment = /[ \t][#;]/.exec(line.slice(start));
  if (comment !== null) end = start + comment.index;
  while (end > start && /[\s,;]/.test(line.charAt(end - 1))) end -= 1;
  const text = line.slice(start, end);
  if (!/\s/.test(text))
    return end === start ? null : { start, end, quote: null, isLast: true, isRest: false };
  const first = text.split(/\s/, 1)[0] ?? '';
  if (/["'`{}()=]|[,:]\s/.test(text) || isProse(text) || isRandom(first, 8) || text.split(/\s+/).length > 8)
    return null;
  return { start, end, quote: null, isLast: true, isRest: true };
}
