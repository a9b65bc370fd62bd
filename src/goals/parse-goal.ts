import { ExpressionError } from '../lib/expression/expression-error.ts';
import { createExpressionCompiler } from '../lib/expression.ts';
import { schemaFault } from '../lib/schema-fault.ts';
import { fileError, parseYaml, type YamlFile } from '../lib/yaml-file.ts';
import type { Goal } from '../protocol/goal.ts';
import type { GoalFrontMatter } from '../protocol/schemas/goal.ts';
import { placeholders, withoutPlaceholders } from './parameters.ts';

/** Front matter in YAML between two lines of `---`, then prose. Throws OpsError `settings`: file, line and field. */
export async function parseGoalFile(source: string, layer: Goal['layer'], text: string): Promise<Goal> {
  const { head, body, bodyLine } = splitFrontMatter(source, text);
  const file = await parseYaml(source, head, 2);
  const front = await checkFrontMatter(file);
  const { limits, ...rest } = front;
  const goal: Goal = {
    ...rest,
    name: goalName(source),
    source,
    layer,
    probes: [...new Set(front.probes)],
    ...(layer === 'shipped' ? {} : placesOf(front, file)),
    // Without it a run could not say how it ended.
    tools: [...new Set([...front.tools, 'Report' as const])],
    limits: withoutUndefined({
      turns: limits.turns,
      calls: limits.calls,
      tokens: limits.tokens,
      usd: limits.usd,
      durationMs: limits.duration,
    }),
    text: body.trim(),
  };
  if (goal.text === '')
    throw fileError(source, bodyLine, 'has no text after the front matter: say what the goal is about');
  checkPlaceholders(goal, file, bodyLine, body);
  checkDoneProbes(goal, file);
  await checkExpressions(goal, file);
  checkInvariants(goal, file);
  return goal;
}

/** Which probes and facts there are is known when a run looks, and then the file is not at hand. */
function placesOf({ probes, done }: GoalFrontMatter, file: YamlFile): Pick<Goal, 'probePlaces' | 'done'> {
  const place = (path: (string | number)[], words: string) => `${file.source}:${file.lineOf(path)}: ${words}`;
  return {
    probePlaces: Object.fromEntries(
      probes.map((name, index) => [name, place(['probes', index], `probes[${index}]`)]),
    ),
    done: done.map((check, index) => ({
      ...check,
      place: place(['done', index, 'expect'], `done[${index}].expect`),
    })),
  };
}

export const GOAL_NAME = /^[a-z0-9][a-z0-9-]*$/;

function goalName(source: string): string {
  const name = (source.split('/').pop() ?? '').replace(/\.md$/, '');
  if (GOAL_NAME.test(name)) return name;
  throw fileError(source, null, 'the file name must be a goal name in lower case with hyphens, then .md');
}

function splitFrontMatter(source: string, text: string): { head: string; body: string; bodyLine: number } {
  const lines = text
    .replaceAll('\r\n', '\n')
    .replace(/^\ufeff/, '')
    .split('\n');
  if (lines[0]?.trimEnd() !== '---') {
    throw fileError(source, 1, 'must begin with front matter: a line of `---`');
  }
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---');
  if (end === -1) throw fileError(source, 1, 'the front matter has no closing line of `---`');
  return {
    head: lines.slice(1, end).join('\n'),
    body: lines.slice(end + 1).join('\n'),
    bodyLine: end + 2,
  };
}

const CHECK_FIELDS = ['run', 'http', 'probe', 'promql', 'call', 'expect', 'within', 'for'];

async function checkFrontMatter(file: YamlFile): Promise<GoalFrontMatter> {
  const { goalSchema } = await import('../protocol/schemas/goal.ts');
  const result = goalSchema.safeParse(file.value ?? {});
  if (result.success) return result.data;
  const { limits } = goalSchema.shape;
  throw schemaFault(file, result.error.issues, {
    otherwise: 'is not the front matter of a goal',
    fields([top]) {
      if (top === 'invariants') return CHECK_FIELDS;
      if (top === 'done') return ['probe', 'expect'];
      return Object.keys(top === 'limits' ? limits.unwrap().shape : goalSchema.shape);
    },
  });
}

/** A `{{name}}` that nobody can fill would be shown to the model as it is. */
function checkPlaceholders(goal: Goal, file: YamlFile, bodyLine: number, body: string): void {
  const known = Object.keys(goal.parameters);
  const complain = (line: number, name: string): void => {
    if (known.includes(name)) return;
    const hint = known.length > 0 ? `Known: ${known.join(', ')}.` : 'Declare it under `parameters`.';
    throw fileError(goal.source, line, `{{${name}}}: there is no such parameter`, hint);
  };
  for (const [index, line] of body.split('\n').entries()) {
    for (const name of placeholders(line)) complain(bodyLine + index, name);
  }
  for (const [index, { expect }] of goal.done.entries()) {
    for (const name of placeholders(expect)) complain(file.lineOf(['done', index, 'expect']), name);
  }
}

/** A check on a probe that the goal does not gather could only ever fail. */
function checkDoneProbes(goal: Goal, file: YamlFile): void {
  for (const [index, { probe }] of goal.done.entries()) {
    if (goal.probes.includes(probe)) continue;
    throw fileError(
      goal.source,
      file.lineOf(['done', index, 'probe']),
      `done[${index}].probe: ${probe} is not in \`probes\``,
    );
  }
}

/** Which names there are only the probes know; what is no expression at all is told before anything is looked at. */
async function checkExpressions(goal: Goal, file: YamlFile): Promise<void> {
  const { compile } = createExpressionCompiler();
  for (const [index, { expect }] of goal.done.entries()) {
    try {
      await compile(withoutPlaceholders(expect), []);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      if (error.message.startsWith('Unknown variable')) continue;
      const line = file.lineOf(['done', index, 'expect']);
      throw fileError(goal.source, line, `done[${index}].expect: ${error.message}`);
    }
  }
}

/** They are command lines and addresses, into which nobody's value is put. */
function checkInvariants(goal: Goal, file: YamlFile): void {
  for (const [index, invariant] of goal.invariants.entries()) {
    const name = placeholders(JSON.stringify(invariant))[0];
    if (name === undefined) continue;
    const line = file.lineOf(['invariants', index]);
    throw fileError(goal.source, line, `invariants[${index}]: takes no parameters, and has {{${name}}}`);
  }
}

function withoutUndefined<T extends Record<string, number | undefined>>(
  values: T,
): { [K in keyof T]?: number } {
  // What is left has the keys of T and no undefined.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: number;
  };
}
