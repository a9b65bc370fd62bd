/**
 * A sed script that only prints and edits its stream: what is wrong with it, or undefined. Commands that read or write
 * files (r R w W), run programs (e) or take free text (a i c) are refused, and so is whatever is not recognised.
 */
export function checkSed(script: string): string | undefined {
  const reader = { script, at: 0 };
  let depth = 0;
  for (;;) {
    skip(reader, /[\s;]*/y);
    const start = reader.script[reader.at];
    if (start === undefined) return depth === 0 ? undefined : problem;
    if (start === '}') {
      depth--;
      reader.at++;
      if (depth < 0) return problem;
      continue;
    }
    if (start === '#') {
      skip(reader, /#[^\n]*/y);
      continue;
    }
    if (!skipAddresses(reader)) return problem;
    skip(reader, /\s*(?:!\s*)*/y);
    const command = reader.script[reader.at++];
    if (command === '{') {
      depth++;
      continue;
    }
    if (command === undefined || !skipCommand(reader, command)) return problem;
    skip(reader, /[ \t]*/y);
    const after = reader.script[reader.at];
    if (after !== undefined && !/[;\n}#]/.test(after)) return problem;
  }
}

interface Reader {
  script: string;
  at: number;
}

const problem = 'this sed script is not known to only print and edit its stream';

function skip(reader: Reader, pattern: RegExp): boolean {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.script);
  if (found === null) return false;
  reader.at += found[0].length;
  return found[0].length > 0;
}

/** `N`, `$`, `/re/I`, `first~step`, and after a comma also `+N` and `~N`. */
function skipAddresses(reader: Reader): boolean {
  if (!skipAddress(reader, false)) return !/[\\,+~]/.test(reader.script[reader.at] ?? '');
  skip(reader, /[ \t]*/y);
  if (!skip(reader, /,/y)) return true;
  skip(reader, /[ \t]*/y);
  return skipAddress(reader, true);
}

function skipAddress(reader: Reader, isSecond: boolean): boolean {
  if (isSecond && skip(reader, /[+~]\d+/y)) return true;
  if (skip(reader, /\d+(?:~\d+)?|\$/y)) return true;
  if (reader.script[reader.at] !== '/') return false;
  reader.at++;
  if (section(reader, '/', true) === undefined) return false;
  skip(reader, /[IM]*/y);
  return true;
}

function skipCommand(reader: Reader, command: string): boolean {
  switch (command) {
    case '=':
    case 'd':
    case 'D':
    case 'g':
    case 'G':
    case 'h':
    case 'H':
    case 'n':
    case 'N':
    case 'p':
    case 'P':
    case 'x':
    case 'z':
    case 'F':
      return true;
    case 'l':
    case 'q':
    case 'Q':
      skip(reader, /[ \t]*\d*/y);
      return true;
    case 'b':
    case 't':
    case 'T':
    case ':':
      skip(reader, /[ \t]*[A-Za-z0-9_]*/y);
      return true;
    case 's':
    case 'y': {
      const delimiter = reader.script[reader.at++] ?? '\n';
      if (!/^[/|,#@%!_:+~^=-]$/.test(delimiter)) return false;
      if (section(reader, delimiter, command === 's') === undefined) return false;
      if (section(reader, delimiter, false) === undefined) return false;
      if (command === 's') skip(reader, /[gpiIM\d]*/y);
      return true;
    }
    default:
      return false;
  }
}

/**
 * Text up to the delimiter. GNU sed ends it at the first delimiter that has no backslash, others not inside brackets:
 * where the two would differ, it is refused.
 */
function section(reader: Reader, delimiter: string, isPattern: boolean): string | undefined {
  const start = reader.at;
  for (; reader.at < reader.script.length; reader.at++) {
    const c = reader.script[reader.at];
    if (c === '\n') return undefined;
    if (c === '\\') {
      reader.at++;
      if (reader.script[reader.at] === '\n') return undefined;
    } else if (c === delimiter) {
      const text = reader.script.slice(start, reader.at);
      reader.at++;
      return isPattern && !hasClosedBrackets(text) ? undefined : text;
    }
  }
  return undefined;
}

function hasClosedBrackets(pattern: string): boolean {
  const rest = pattern.replaceAll(/\\./g, '').replaceAll(/\[\^?\]?(?:\[:\w+:\]|[^\]])*\]/g, '');
  return !rest.includes('[');
}
