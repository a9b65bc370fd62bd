import type { Expression, ExpressionCompiler, Template } from '../lib/expression.ts';
import type { RuleSpec } from '../protocol/probe.ts';

/** A look-step of one match: the argv to run, or why a value may not be put into it. */
export type PlannedArgv = { argv: string[] } | { refused: string };

export interface Match {
  object: string;
  text: string;
  measure: number | null;
  looks: PlannedArgv[];
}

export interface RuleMatches {
  matches: Match[];
  /** What `changed` gave for every element that `when` let through; null for rules without it. */
  seen: string[] | null;
  /** The first element (or the rule itself) that could not be judged. The other elements still count. */
  error: string | null;
}

export interface CompiledRule {
  spec: RuleSpec;
  /** @param known values of `changed` seen before; null when this host is seen for the first time. */
  match(
    facts: Readonly<Record<string, unknown>>,
    host: string,
    known: Pick<ReadonlySet<string>, 'has'> | null,
  ): Promise<RuleMatches>;
  /** Rejects with RuleFieldError for an error in a field that is otherwise only compiled for the first match. */
  compileAll(): Promise<unknown>;
}

/** Names that every rule may use besides the facts of its probe. */
export const RULE_VARIABLES = ['host'] as const;

/**
 * Rejects with RuleFieldError, which names the field that is wrong. What describes a match is compiled when there is
 * one: on most days most rules find nothing.
 */
export async function compileRule(
  compiler: ExpressionCompiler,
  spec: RuleSpec,
  factNames: readonly string[],
): Promise<CompiledRule> {
  if (spec.each !== null && !factNames.includes(spec.each)) {
    throw new RuleFieldError(
      ['each'],
      `there is no fact "${spec.each}"; facts: ${factNames.join(', ') || 'none'}`,
    );
  }
  const variables = [...factNames, ...RULE_VARIABLES, ...(spec.each === null ? [] : [spec.as])];
  const expression = (field: keyof RuleSpec, source: string) =>
    inField([field], () => compiler.compile(source, variables));
  const optional = async (field: keyof RuleSpec, source: string | null) =>
    source === null ? null : expression(field, source);

  const condition: Condition = {
    when: await expression('when', spec.when),
    changed: await optional('changed', spec.changed),
  };
  const compileDescription = async (): Promise<Description> => {
    const description: Description = {
      object: await optional('object', spec.object),
      measure: await optional('measure', spec.measure),
      say: await inField(['say'], () => compiler.compileTemplate(spec.say, variables)),
      look: [],
    };
    for (const [step, argv] of spec.look.entries()) {
      const templates: Template[] = [];
      for (const [word, source] of argv.entries()) {
        templates.push(
          await inField(['look', step, word], () => compiler.compileTemplate(source, variables)),
        );
      }
      description.look.push(templates);
    }
    return description;
  };
  let description: Promise<Description> | undefined;
  const describe = () => {
    description ??= compileDescription();
    return description;
  };
  return {
    spec,
    match: (facts, host, known) => matchAll(spec, condition, describe, facts, host, known),
    compileAll: describe,
  };
}

export class RuleFieldError extends Error {
  readonly path: readonly PropertyKey[];
  constructor(path: readonly PropertyKey[], message: string) {
    super(message);
    this.name = 'RuleFieldError';
    this.path = path;
  }
}

interface Condition {
  when: Expression;
  changed: Expression | null;
}

interface Description {
  object: Expression | null;
  measure: Expression | null;
  say: Template;
  look: Template[][];
}

async function inField<T>(path: readonly PropertyKey[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new RuleFieldError(path, messageOf(error));
  }
}

async function matchAll(
  spec: RuleSpec,
  { when, changed }: Condition,
  describe: () => Promise<Description>,
  facts: Readonly<Record<string, unknown>>,
  host: string,
  known: Pick<ReadonlySet<string>, 'has'> | null,
): Promise<RuleMatches> {
  const result: RuleMatches = { matches: [], seen: changed === null ? null : [], error: null };
  const elements = spec.each === null ? [undefined] : facts[spec.each];
  if (!Array.isArray(elements)) return { ...result, error: `the fact "${spec.each}" is not a list` };
  for (const element of elements) {
    const values = { ...facts, host, ...(spec.each === null ? {} : { [spec.as]: element }) };
    try {
      const isMatch = await when.evaluate(values);
      if (typeof isMatch !== 'boolean')
        throw new Error(`\`when\` gave ${JSON.stringify(isMatch)}, not true or false`);
      if (!isMatch) continue;
      if (changed !== null) {
        const value = await changed.evaluate(values);
        const seen = typeof value === 'string' ? value : JSON.stringify(value);
        result.seen?.push(seen);
        if (known === null || known.has(seen)) continue;
      }
      result.matches.push(await describeMatch(await describe(), values, host));
    } catch (error) {
      result.error ??= messageOf(error);
    }
  }
  return result;
}

async function describeMatch(
  compiled: Description,
  values: Record<string, unknown>,
  host: string,
): Promise<Match> {
  const object = compiled.object === null ? host : String(await compiled.object.evaluate(values));
  const measure = compiled.measure === null ? null : await compiled.measure.evaluate(values);
  if (measure !== null && typeof measure !== 'number') throw new Error('`measure` is not a number');
  return {
    object,
    text: await compiled.say.render(values),
    measure,
    looks: await Promise.all(compiled.look.map((templates) => fillArgv(templates, values))),
  };
}

/**
 * One template makes one word, whatever is in the value. A value that could be read as an option, or that no command
 * line can hold, is refused rather than repaired.
 */
async function fillArgv(
  templates: readonly Template[],
  values: Record<string, unknown>,
): Promise<PlannedArgv> {
  const argv: string[] = [];
  for (const template of templates) {
    const parts = await template.fill(values);
    for (const { text, isLiteral } of parts) {
      if (isLiteral) continue;
      const problem =
        text === ''
          ? 'is empty'
          : text.startsWith('-')
            ? 'begins with -'
            : /[\0\r\n]/.test(text)
              ? 'holds a line end or NUL'
              : null;
      if (problem !== null) return { refused: `the value for ${template.source} ${problem}` };
    }
    argv.push(parts.map((part) => part.text).join(''));
  }
  return { argv };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
