import { basename } from 'node:path';
import { createExpressionCompiler, type ExpressionCompiler, keepTrees } from '../lib/expression.ts';
import { fieldPath } from '../lib/field-path.ts';
import { schemaFault } from '../lib/schema-fault.ts';
import { fileError, parseYaml } from '../lib/yaml-file.ts';
import type { ExpressionTree, ExpressionTrees } from '../protocol/expression-tree.ts';
import type { ProbeSpec, ProbeStep, RuleSpec } from '../protocol/probe.ts';
import { compileFacts, FACT_VARIABLES, FactError } from './compute-facts.ts';
import { compileRule, RULE_VARIABLES, RuleFieldError } from './match-rule.ts';
import { checkDeclared, ParameterError, withParameters } from './parameters.ts';

/**
 * From what an operator wrote to a ProbeSpec that is known to work: the shape is checked, every expression compiles,
 * and every rule finds in its own examples what it says it finds. Shipped probes go through this when steward is
 * built, so that neither zod nor yaml is loaded when it runs.
 */

type LineOf = (path: readonly PropertyKey[]) => number | null;

/** Throws OpsError `settings`: `file:line: field: what is wrong`. */
export async function loadProbeFile(path: string, text: string): Promise<ProbeSpec> {
  const yaml = await parseYaml(path, text);
  return compileProbe(path, yaml.value, yaml.lineOf);
}

/** Shipped probes, for the build. */
export async function compileProbes(
  files: readonly { source: string; text: string }[],
): Promise<ProbeSpec[]> {
  const specs: ProbeSpec[] = [];
  for (const { source, text } of files) {
    const spec = await loadProbeFile(source, text);
    specs.push({ ...spec, trees: await treesOf(spec) });
  }
  return specs;
}

async function treesOf(spec: ProbeSpec): Promise<ExpressionTrees> {
  const trees: Record<string, ExpressionTree> = {};
  const compiler = keepTrees(trees);
  await compileFacts(compiler, spec);
  for (const rule of spec.rules) {
    await (await compileRule(compiler, rule, Object.keys(spec.facts))).compileAll();
  }
  return trees;
}

/** @param source names the file; its base name without extension is the probe's name. */
export async function compileProbe(
  source: string,
  raw: unknown,
  lineOf: LineOf = () => null,
): Promise<ProbeSpec> {
  const fail = (path: readonly PropertyKey[], message: string, hint?: string) =>
    fileError(source, lineOf(path), `${path.length === 0 ? '' : `${fieldPath(path)}: `}${message}`, hint);

  const name = basename(source).replace(/\.(ya?ml|json)$/, '');
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw fail([], `the file name is the probe's name: use lower case letters, digits and hyphens`);
  }
  const { probeSchema } = await import('../protocol/schemas/probe.ts');
  const checked = probeSchema.safeParse(raw);
  if (!checked.success) {
    const file = { source, value: raw, lineOf };
    throw schemaFault(file, checked.error.issues, { otherwise: 'is not a probe', fields: KNOWN_KEYS });
  }

  const { run, steps, http, executable, credential, limit, timeout, rules, ...rest } = checked.data;
  const spec: ProbeSpec = {
    name,
    source,
    ...rest,
    given: {},
    unset: null,
    gather: run
      ? { kind: 'run', argv: run }
      : executable
        ? { kind: 'executable', path: executable }
        : steps
          ? {
              kind: 'steps',
              // The schema let no other parse through.
              steps: Object.entries(steps).map(([step, parts]) => ({ name: step, ...parts }) as ProbeStep),
            }
          : {
              kind: 'http',
              endpoints: (http ?? []).map((endpoint) =>
                credential === undefined ? endpoint : { ...endpoint, credential },
              ),
            },
    limitBytes: limit,
    timeoutMs: timeout,
    rules: rules.map(({ examples, ...rule }) => ({
      ...rule,
      examples: examples.map(({ before, ...example }) => (before ? { ...example, before } : example)),
    })),
  };
  await check(spec, fail);
  try {
    checkDeclared(spec);
    return withParameters(spec, {}, {});
  } catch (error) {
    throw error instanceof ParameterError ? fail(error.path, error.message) : error;
  }
}

type Fail = (path: readonly PropertyKey[], message: string, hint?: string) => Error;

async function check(spec: ProbeSpec, fail: Fail): Promise<void> {
  const compiler = createExpressionCompiler();
  const factNames = Object.keys(spec.facts);
  for (const reserved of [...FACT_VARIABLES, ...RULE_VARIABLES, 'show']) {
    if (factNames.includes(reserved)) throw fail(['facts', reserved], 'this name is taken by steward');
  }
  try {
    await compileFacts(compiler, spec);
  } catch (error) {
    if (error instanceof FactError)
      throw fail(error.fact === 'show' ? ['show'] : ['facts', error.fact], error.message);
    throw error;
  }
  for (const [index, rule] of spec.rules.entries()) {
    await checkRule(compiler, rule, factNames, (path, message) => fail(['rules', index, ...path], message));
  }
}

async function checkRule(
  compiler: ExpressionCompiler,
  rule: RuleSpec,
  factNames: readonly string[],
  fail: Fail,
): Promise<void> {
  const asFailure = (error: unknown): never => {
    throw error instanceof RuleFieldError ? fail(error.path, error.message) : error;
  };
  const compiled = await compileRule(compiler, rule, factNames).catch(asFailure);
  await compiled.compileAll().catch(asFailure);
  for (const [index, example] of rule.examples.entries()) {
    const place = ['examples', index];
    for (const fact of [...Object.keys(example.facts), ...Object.keys(example.before ?? {})]) {
      if (!factNames.includes(fact))
        throw fail(place, `the example uses a fact that the probe does not have: ${fact}`);
    }
    const before = await compiled.match(example.before ?? example.facts, EXAMPLE_HOST, null);
    const known = rule.changed === null ? null : new Set(example.before ? before.seen : []);
    const { matches, error } = await compiled.match(example.facts, EXAMPLE_HOST, known);
    if (error !== null) throw fail(place, `the rule breaks on its own example: ${error}`);
    const found = matches.map((match) => match.object).sort();
    const expected = [...example.finds].sort();
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      throw fail(
        place,
        `the rule finds [${found.join(', ')}] in its own example, not [${expected.join(', ')}]`,
      );
    }
    const refused = matches.flatMap((match) => match.looks).find((look) => 'refused' in look);
    if (refused) throw fail(place, `a look-step cannot be made from the example: ${refused.refused}`);
  }
}

const EXAMPLE_HOST = 'host';

const KNOWN_KEYS = [
  ...[
    'describe',
    'core',
    'needs',
    'run',
    'http',
    'executable',
    'steps',
    'credential',
    'header',
    'prefix',
    'parameters',
    'about',
    'example',
    'default',
    'from',
    'privilege',
    'access',
    'sign',
    'trend',
    'key',
    'value',
    'okExits',
    'parse',
    'facts',
    'inventory',
    'limit',
    'timeout',
  ],
  ...[
    'egress',
    'rules',
    'id',
    'each',
    'as',
    'object',
    'when',
    'changed',
    'measure',
    'severity',
    'class',
    'cooldown',
  ],
  ...[
    'say',
    'look',
    'examples',
    'before',
    'finds',
    'name',
    'url',
    'expect',
    'kind',
    'separator',
    'columns',
    'skip',
  ],
];
