/** Words of the Nix language, as far as the outline of a module needs them told apart. */
export interface Token {
  kind: 'name' | 'text' | 'other' | 'mark' | 'end';
  /** Of a name or a mark as it is written; of a text, what is in it. */
  value: string;
  /** From 1. */
  line: number;
  /** A text that holds `${…}`: what it says is known only when it is evaluated. */
  isDynamic: boolean;
  /** Offsets in the source. */
  start: number;
  stop: number;
}

/** Longest first. */
const MARKS = [
  ...['...', '${', '==', '!=', '<=', '>=', '&&', '||', '->', '//', '++', '|>', '<|'],
  ...['{', '}', '(', ')', '[', ']', ';', ':', ',', '.', '@', '?', '=', '!', '<', '>', '+', '-', '*', '/'],
];
const BLANK = /(?:\s|#[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const NAME = /[A-Za-z_][\w'-]*/y;
/** `https://…`, `./a/b`, `../a`, `~/a`, `a/b`, `/a/b`, `<nixpkgs/a>`, and numbers. */
const OTHER =
  /[A-Za-z][\w+.-]*:[\w%/?:@&=+$,.!~*'-]+\/[\w%/?:@&=+$,.!~*'-]*|~?[\w.+-]*(?:\/[\w.+-]+)+\/?|<[\w.+-]+(?:\/[\w.+-]+)*>|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** null: this is not Nix, or more than an outline can be made of. The last token is the end. */
export function tokensOf(source: string): Token[] | null {
  const tokens: Token[] = [];
  let line = 1;
  let counted = 0;
  const at = (start: number, stop: number, rest: Pick<Token, 'kind' | 'value'>, isDynamic = false): void => {
    for (; counted < start; counted += 1) if (source[counted] === '\n') line += 1;
    tokens.push({ ...rest, line, isDynamic, start, stop });
  };
  for (let place = 0; ; ) {
    place += matchAt(BLANK, source, place).length;
    if (place >= source.length) break;
    const text = textAt(source, place);
    if (text === null) return null;
    if (text !== undefined) {
      at(place, text.stop, { kind: 'text', value: text.value }, text.isDynamic);
      place = text.stop;
      continue;
    }
    const other = matchAt(OTHER, source, place);
    const name = matchAt(NAME, source, place);
    const word = other.length > name.length ? other : name;
    if (word !== '') {
      at(place, place + word.length, { kind: word === name ? 'name' : 'other', value: word });
      place += word.length;
      continue;
    }
    const mark = MARKS.find((known) => source.startsWith(known, place));
    if (mark === undefined) return null;
    at(place, place + mark.length, { kind: 'mark', value: mark });
    place += mark.length;
  }
  at(source.length, source.length, { kind: 'end', value: '' });
  return tokens;
}

function matchAt(pattern: RegExp, source: string, place: number): string {
  pattern.lastIndex = place;
  return pattern.exec(source)?.[0] ?? '';
}

interface Text {
  value: string;
  isDynamic: boolean;
  stop: number;
}

/** `"…"` or `''…''`; undefined: none begins here; null: it does not end. */
function textAt(source: string, start: number): Text | null | undefined {
  const quote = source[start] === '"' ? '"' : source.startsWith("''", start) ? "''" : null;
  if (quote === null) return undefined;
  let value = '';
  let isDynamic = false;
  for (let place = start + quote.length; place < source.length; ) {
    // nix.dev, "String literals": what is escaped, in both kinds.
    const escaped = quote === '"' ? (source[place] === '\\' ? 2 : 0) : escapeAt(source, place);
    if (escaped > 0) {
      value += source.slice(place, place + escaped);
      place += escaped;
    } else if (source.startsWith('$$', place)) {
      value += '$$';
      place += 2;
    } else if (source.startsWith('${', place)) {
      const stop = endOfInner(source, place + 2);
      if (stop === null) return null;
      isDynamic = true;
      place = stop;
    } else if (source.startsWith(quote, place)) return { value, isDynamic, stop: place + quote.length };
    else {
      value += source[place];
      place += 1;
    }
  }
  return null;
}

function escapeAt(source: string, place: number): number {
  if (!source.startsWith("''", place)) return 0;
  if (source.startsWith("'''", place) || source.startsWith("''$", place)) return 3;
  return source.startsWith("''\\", place) ? 4 : 0;
}

/** Behind the bracket that closes a `${`; null where none does. */
function endOfInner(source: string, start: number): number | null {
  let depth = 1;
  for (let place = start; place < source.length; ) {
    place += matchAt(BLANK, source, place).length;
    const text = textAt(source, place);
    if (text === null) return null;
    if (text !== undefined) {
      place = text.stop;
      continue;
    }
    if (source[place] === '{') depth += 1;
    if (source[place] === '}') depth -= 1;
    place += 1;
    if (depth === 0) return place;
  }
  return null;
}
