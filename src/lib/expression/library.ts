import type { Environment } from '@marcbachmann/cel-js';
import * as cel from '@marcbachmann/cel-js';
import type { ExpressionTree } from '../../protocol/expression-tree.ts';
import { ExpressionError } from './expression-error.ts';
import { EXPRESSION_FUNCTIONS, OWN_FUNCTIONS } from './functions.ts';
import { toPlain } from './plain-value.ts';
import { toTree } from './to-tree.ts';

/** The one place that touches CEL. What it makes of an expression holds functions and cannot be written down. */
export interface Library {
  /** Rejects with ExpressionError for syntax, unknown names and unknown functions. */
  compile(source: string, variables: readonly string[]): Promise<LibraryExpression>;
}

export interface LibraryExpression {
  /** Throws ExpressionError. */
  evaluate(values: Readonly<Record<string, unknown>>): unknown;
  /** null where it uses what evaluateTree does not know. */
  tree(): ExpressionTree | null;
}

export function createLibrary(): Library {
  const base = new cel.Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 2000, maxDepth: 60 },
  });
  registerNumbers(base);
  for (const [signature, handler] of Object.entries(OWN_FUNCTIONS)) {
    base.registerFunction(signature, handler as (...args: unknown[]) => unknown);
  }

  /** A rule and its texts name the same variables. */
  const known = new Map<string, Environment>();
  const environmentOf = (variables: readonly string[]): Environment => {
    const key = variables.join();
    const environment = known.get(key) ?? base.clone();
    if (!known.has(key)) for (const name of new Set(variables)) environment.registerVariable(name, 'dyn');
    known.set(key, environment);
    return environment;
  };

  async function compile(source: string, variables: readonly string[]): Promise<LibraryExpression> {
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
    return {
      evaluate: (values) => attempt(source, () => toPlain(parsed({ ...values }))),
      tree: () => toTree(parsed.ast),
    };
  }

  return { compile };
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
