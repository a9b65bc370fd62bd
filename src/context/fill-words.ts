/**
 * `{name}` and `{name.field}` in the words of a probe's commands and addresses. Plain look-up and no expression: words
 * are filled in for every run. Braces around anything else (`{{.Names}}`, JSON) stay as they are.
 */
export type Scope = Readonly<Record<string, unknown>>;

/** A value that may not become part of a command line, or a name that is not there. */
export class FillError extends Error {}

const PART = /\{([a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)*)\}/g;

/** A word that is only `{list}` becomes a word for each element, or none. */
export function fillArgv(words: readonly string[], scope: Scope, names: ReadonlySet<string>): string[] {
  return words.flatMap((word) => {
    const whole = /^\{([a-zA-Z_][\w.]*)\}$/.exec(word)?.[1];
    const value = whole !== undefined && isNamed(whole, names) ? lookUp(whole, scope) : undefined;
    if (Array.isArray(value)) return value.map((element) => safeWord(String(element), whole ?? ''));
    return [fillWord(word, scope, names, safeWord)];
  });
}

/** Values behind the `?` are quoted as a query wants them. */
export function fillUrl(url: string, scope: Scope, names: ReadonlySet<string>): string {
  const [path = '', ...query] = url.split('?');
  const filled = fillWord(path, scope, names, (text, name) => safeWord(text, name).replace(/\/+$/, ''));
  if (query.length === 0) return filled;
  return `${filled}?${fillWord(query.join('?'), scope, names, (text) => encodeURIComponent(text))}`;
}

export function fillText(text: string, scope: Scope, names: ReadonlySet<string>): string {
  return fillWord(text, scope, names, (value) => value);
}

/** `scan.devices` in what is known. */
export function lookUp(path: string, scope: Scope): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<string, unknown>)[key]; // an object that has this key
  }, scope);
}

function fillWord(
  word: string,
  scope: Scope,
  names: ReadonlySet<string>,
  check: (text: string, name: string) => string,
): string {
  return word.replace(PART, (part, name: string) => {
    if (!isNamed(name, names)) return part;
    const value = lookUp(name, scope);
    if (value === undefined || value === null || typeof value === 'object') {
      throw new FillError(`there is no text for {${name}}`);
    }
    return check(String(value), name);
  });
}

function isNamed(path: string, names: ReadonlySet<string>): boolean {
  return names.has(path.split('.')[0] ?? '');
}

/** Refused rather than repaired, as in look-steps: it could be read as an option, or no command line can hold it. */
function safeWord(text: string, name: string): string {
  if (text === '') throw new FillError(`the value of {${name}} is empty`);
  if (text.startsWith('-')) throw new FillError(`the value of {${name}} begins with -`);
  if (/[\0\r\n]/.test(text)) throw new FillError(`the value of {${name}} holds a line end or NUL`);
  return text;
}
