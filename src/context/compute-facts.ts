import type { Expression, ExpressionCompiler } from '../lib/expression.ts';
import type { ProbeSpec } from '../protocol/probe.ts';

/**
 * What a fact may use: `output` as parsed, `exit` of the command (null for HTTP), `given` (values of parameters), `now`
 * in seconds since the epoch, and the facts before it.
 */
export const FACT_VARIABLES = ['output', 'exit', 'given', 'now'] as const;

export interface FactInput {
  output: unknown;
  exit: number | null;
  given: Readonly<Record<string, unknown>>;
  now: number;
}

export class FactError extends Error {
  readonly fact: string;
  constructor(fact: string, message: string) {
    super(message);
    this.name = 'FactError';
    this.fact = fact;
  }
}

/**
 * `text` is what the probe wants shown instead of its raw output; null when it does not say. `refine` may put more into
 * a fact before the next one is made.
 */
export type ComputeFacts = (
  input: FactInput,
  refine?: (fact: string, value: unknown) => unknown,
) => Promise<{ facts: Record<string, unknown>; text: string | null }>;

/** Rejects with FactError; what it returns does too, for data that an expression cannot answer. */
export async function compileFacts(
  compiler: ExpressionCompiler,
  spec: Pick<ProbeSpec, 'facts' | 'show'>,
): Promise<ComputeFacts> {
  const compiled: [string, Expression][] = [];
  for (const [name, source] of Object.entries(spec.facts)) {
    const before = compiled.map(([earlier]) => earlier);
    compiled.push([name, await inFact(name, compiler.compile(source, [...FACT_VARIABLES, ...before]))]);
  }
  const show =
    spec.show === null
      ? null
      : await inFact('show', compiler.compileTemplate(spec.show, Object.keys(spec.facts)));
  return async (input, refine = (_, value) => value) => {
    const facts: Record<string, unknown> = {};
    let current = '';
    try {
      for (const [name, expression] of compiled) {
        current = name;
        facts[name] = refine(name, await expression.evaluate({ ...facts, ...input }));
      }
      current = 'show';
      return { facts, text: (await show?.render(facts)) ?? null };
    } catch (error) {
      throw new FactError(current, messageOf(error));
    }
  };
}

function inFact<T>(name: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw new FactError(name, messageOf(error));
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
