import type { Environment } from '@marcbachmann/cel-js';
import { formatDuration } from './duration.ts';
import { formatBytes, parseSize } from './size.ts';

/**
 * The one place that touches CEL. Expressions are compiled when a file loads, so that a misspelt name is an error
 * there and not a rule that silently never matches. Values go in and come out as plain JSON data.
 *
 * Numbers: data is double, literals and size() are int, and the two mix in every operator; `int / int` is integer
 * division as CEL says. Nothing here reads the clock, so the same values give the same answer.
 */
export interface Expression {
  readonly source: string;
  /** Plain JSON data. Throws ExpressionError for what CEL cannot answer (a missing key, `null >= 3`). */
  evaluate(values: Readonly<Record<string, unknown>>): unknown;
}

/** Text with `{cel}` parts; `{{` and `}}` are literal braces. */
export interface Template {
  readonly source: string;
  render(values: Readonly<Record<string, unknown>>): string;
  /** Each part's value by itself, for callers that must judge what was filled in. */
  fill(values: Readonly<Record<string, unknown>>): { text: string; isLiteral: boolean }[];
}

/** CEL's own error is not kept as `cause`: it holds the whole syntax tree. */
export class ExpressionError extends Error {
  readonly source: string;
  /** Offset in `source`, from 0; null when unknown. */
  readonly position: number | null;

  constructor(source: string, position: number | null, summary: string) {
    super(position === null ? summary : `${summary} (at character ${position + 1} of "${source}")`);
    this.name = 'ExpressionError';
    this.source = source;
    this.position = position;
  }
}

/** Everything an expression may call. What CEL has besides is refused, so that rules stay portable and pure. */
export const EXPRESSION_FUNCTIONS = [
  ...['has', 'size', 'all', 'exists', 'exists_one', 'filter', 'map'],
  ...[
    'contains',
    'startsWith',
    'endsWith',
    'matches',
    'indexOf',
    'substring',
    'split',
    'join',
    'trim',
    'lower',
  ],
  ...['int', 'double', 'string', 'bool', 'number', 'bytesOf', 'sizeText', 'durationText', 'round', 'timeOf'],
  ...['min', 'max', 'sum', 'merge', 'flatten'],
] as const;

/** A compiler that keeps the set-up that all expressions share; for callers with more than one of them. */
export interface ExpressionCompiler {
  /**
   * @param variables names that may be used; their types are known only at run time. Rejects with ExpressionError for
   *   syntax, unknown names and unknown functions.
   */
  compile(source: string, variables: readonly string[]): Promise<Expression>;
  compileTemplate(source: string, variables: readonly string[]): Promise<Template>;
}

export async function createExpressionCompiler(): Promise<ExpressionCompiler> {
  const cel = await import('@marcbachmann/cel-js');
  const base = new cel.Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 2000, maxDepth: 60 },
  });
  registerNumbers(base);
  registerFunctions(base);

  /** A rule and its texts name the same variables. */
  const known = new Map<string, Environment>();
  const environmentOf = (variables: readonly string[]): Environment => {
    const key = variables.join();
    const environment = known.get(key) ?? base.clone();
    if (!known.has(key)) for (const name of new Set(variables)) environment.registerVariable(name, 'dyn');
    known.set(key, environment);
    return environment;
  };

  async function compile(source: string, variables: readonly string[]): Promise<Expression> {
    let environment = environmentOf(variables);
    let parsed = attempt(source, () => environment.parse(source));
    if (replaceCalls(parsed.ast, source)) {
      // Only for those that match: the others must not know of it.
      environment = environment.clone();
      environment.registerFunction(`string.${LINEAR_MATCH}(string): bool`, await loadLinearMatcher());
      parsed = attempt(source, () => environment.parse(source));
      replaceCalls(parsed.ast, source);
    }
    const check = parsed.check();
    if (!check.valid) throw toExpressionError(source, check.error);
    return { source, evaluate: (values) => attempt(source, () => toPlain(parsed({ ...values }))) };
  }

  async function compileTemplate(source: string, variables: readonly string[]): Promise<Template> {
    const parts: (string | Expression)[] = [];
    for (const part of splitTemplate(source)) {
      parts.push(part.isCode ? await compile(part.text, variables) : part.text);
    }
    const fill = (values: Readonly<Record<string, unknown>>) =>
      parts.map((part) =>
        typeof part === 'string'
          ? { text: part, isLiteral: true }
          : { text: toText(part.evaluate(values)), isLiteral: false },
      );
    return {
      source,
      fill,
      render: (values) =>
        fill(values)
          .map((part) => part.text)
          .join(''),
    };
  }

  return { compile, compileTemplate };
}

export async function compileExpression(source: string, variables: readonly string[]): Promise<Expression> {
  return (await createExpressionCompiler()).compile(source, variables);
}

export async function compileTemplate(source: string, variables: readonly string[]): Promise<Template> {
  return (await createExpressionCompiler()).compileTemplate(source, variables);
}

function attempt<T>(source: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toExpressionError(source, error);
  }
}

function toExpressionError(source: string, error: unknown): ExpressionError {
  if (error instanceof ExpressionError) return error;
  // CEL's own errors carry `summary` (one line) and `range`; `message` adds a drawing over several lines.
  const { summary, range, message } = (error ?? {}) as {
    summary?: string;
    range?: { start: number };
    message?: string;
  };
  return new ExpressionError(source, range?.start ?? null, summary ?? message ?? String(error));
}

/** CEL is strict about int and double; JSON data does not tell them apart. */
function registerNumbers(environment: Environment): void {
  const operators: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
    '%': (a, b) => a % b,
  };
  for (const [operator, apply] of Object.entries(operators)) {
    const handler = (a: number | bigint, b: number | bigint) => apply(Number(a), Number(b));
    environment.registerOperator(`double ${operator} int: double`, handler);
    environment.registerOperator(`int ${operator} double: double`, handler);
  }
  environment.registerOperator('double % double: double', operators['%'] as (a: number, b: number) => number);
  environment.registerOperator('double == int: bool', (a: number, b: bigint) => a === Number(b));
}

function registerFunctions(environment: Environment): void {
  const add = (signature: string, handler: (...args: never[]) => unknown) =>
    environment.registerFunction(signature, handler as (...args: unknown[]) => unknown);
  const numbers = (list: Iterable<unknown>) => [...list].map(Number);
  const nonEmpty = (name: string, list: Iterable<unknown>) => {
    const values = numbers(list);
    if (values.length === 0) throw new Error(`${name}() of an empty list`);
    return values;
  };
  add('min(list): double', (list: unknown[]) => Math.min(...nonEmpty('min', list)));
  add('max(list): double', (list: unknown[]) => Math.max(...nonEmpty('max', list)));
  add('sum(list): double', (list: unknown[]) => numbers(list).reduce((a, b) => a + b, 0));
  add('join(list, string): string', (list: unknown[], by: string) => list.map(toText).join(by));
  add('flatten(list): list', (list: unknown[]) => list.flat());
  add('merge(list): map', (list: Record<string, unknown>[]) => Object.assign({}, ...list));
  add('lower(string): string', (text: string) => text.toLowerCase());
  add('string.lower(): string', (text: string) => text.toLowerCase());
  add('number(string): double', parseNumber);
  add('number(double): double', (value: number) => value);
  add('number(int): double', (value: bigint) => Number(value));
  add('bytesOf(string): double', parseBytes);
  add('timeOf(string): double', parseTime);
  add('round(double): double', (value: number) => Math.round(value));
  add('round(double, int): double', (value: number, digits: bigint) => Number(value.toFixed(Number(digits))));
  for (const type of ['double', 'int']) {
    add(`sizeText(${type}): string`, (value: number | bigint) => formatBytes(Number(value)));
    add(`durationText(${type}): string`, (value: number | bigint) => formatDuration(Number(value) * 1000));
  }
}

/** The number a text begins with: `12`, `-0.5`, `93%`, `16384 kB`. */
function parseNumber(text: string): number {
  const match = /^\s*([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)/i.exec(text);
  if (match === null) throw new Error(`"${text.slice(0, 40)}" does not begin with a number`);
  return Number(match[1]);
}

/** `16384 kB` as /proc writes it (the kernel's kB is 1024 bytes), else as lib/size.ts reads sizes. */
function parseBytes(text: string): number {
  const kernel = /^\s*(\d+)\s*kB\s*$/.exec(text);
  const bytes = kernel ? Number(kernel[1]) * 1024 : parseSize(text);
  if (bytes === undefined) throw new Error(`"${text.slice(0, 40)}" is not a size`);
  return bytes;
}

/**
 * Seconds since the epoch, of how programs write a moment: `@1795265698` (systemd with --timestamp=unix), ISO 8601,
 * `Nov 21 13:00:00 2026 GMT` (openssl), `Sat 2026-11-21 13:00:00 UTC`. Without a zone it is this machine's.
 */
function parseTime(text: string): number {
  const unix = /^@(\d+(?:\.\d+)?)$/.exec(text.trim());
  if (unix) return Number(unix[1]);
  const plain = text
    .trim()
    .replace(/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? /, '')
    // More digits than milliseconds, and the name behind an offset, are what Date.parse does not read.
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/([+-]\d{4}) [A-Z]{3,5}$/, '$1');
  const at = Date.parse(plain);
  if (Number.isNaN(at)) throw new Error(`"${text.slice(0, 40)}" is not a time`);
  return at / 1000;
}

const LINEAR_MATCH = 'matchesInLinearTime';

/**
 * Refuses calls outside the declared set and turns `matches` (a JavaScript RegExp in the library, which can
 * backtrack for hours) into ours. Macros keep references to these very nodes, so changing them in place is enough.
 * True when `matches` is used.
 */
function replaceCalls(ast: unknown, source: string): boolean {
  let usesMatches = false;
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    if (typeof node !== 'object' || node === null || !('op' in node)) return;
    const { op, args, start } = node as { op: string; args: unknown; start?: number };
    if ((op === 'call' || op === 'rcall') && Array.isArray(args)) {
      const name = String(args[0]);
      if (!(EXPRESSION_FUNCTIONS as readonly string[]).includes(name)) {
        throw new ExpressionError(source, start ?? null, `unknown function: ${name}`);
      }
      if (op === 'rcall' && name === 'matches') {
        args[0] = LINEAR_MATCH;
        usesMatches = true;
      }
    }
    visit(args);
  };
  visit(ast);
  return usesMatches;
}

/** RE2: no back-references, time linear in the text. Loaded only by expressions that match. */
async function loadLinearMatcher(): Promise<(text: string, pattern: string) => boolean> {
  const { RE2JS } = await import('re2js');
  const compiled = new Map<string, InstanceType<typeof RE2JS>>();
  return (text, pattern) => {
    let regex = compiled.get(pattern);
    if (regex === undefined) {
      regex = RE2JS.compile(pattern);
      compiled.set(pattern, regex);
    }
    return regex.matcher(text).find();
  };
}

function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value) || value instanceof Set) return [...value].map(toPlain);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [String(key), toPlain(inner)]));
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) return JSON.stringify(toPlain(value));
  return String(value);
}

function splitTemplate(source: string): { text: string; isCode: boolean }[] {
  const parts: { text: string; isCode: boolean }[] = [];
  let literal = '';
  let at = 0;
  while (at < source.length) {
    const here = source[at] as string;
    if ((here === '{' || here === '}') && source[at + 1] === here) {
      literal += here;
      at += 2;
    } else if (here === '{') {
      const end = closingBrace(source, at);
      if (literal !== '') parts.push({ text: literal, isCode: false });
      literal = '';
      parts.push({ text: source.slice(at + 1, end), isCode: true });
      at = end + 1;
    } else if (here === '}') {
      throw new ExpressionError(source, at, 'a } without its { (write }} for a literal brace)');
    } else {
      literal += here;
      at += 1;
    }
  }
  if (literal !== '') parts.push({ text: literal, isCode: false });
  return parts;
}

/** Braces inside CEL's own strings and map literals do not close the part. */
function closingBrace(source: string, open: number): number {
  let depth = 0;
  let quote: string | null = null;
  for (let at = open; at < source.length; at += 1) {
    const here = source[at] as string;
    if (quote !== null) {
      if (here === '\\') at += 1;
      else if (here === quote) quote = null;
    } else if (here === '"' || here === "'") quote = here;
    else if (here === '{') depth += 1;
    else if (here === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  throw new ExpressionError(source, open, 'a { without its } (write {{ for a literal brace)');
}
