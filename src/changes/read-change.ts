import { fieldPath } from '../lib/field-path.ts';
import { OpsError } from '../lib/ops-error.ts';
import { type SchemaIssue, schemaFault } from '../lib/schema-fault.ts';
import { fileError, parseYaml } from '../lib/yaml-file.ts';
import type { Change } from '../protocol/change.ts';
import { EXIT, EXPECTATION_VARIABLES } from './expectations.ts';

const STEP_FIELDS = ['run', 'edit', 'write', 'call', 'file', 'find', 'replace', 'text'];
const CHECK_FIELDS = ['run', 'http', 'probe', 'promql', 'call', 'expect', 'within', 'for'];

/**
 * A change as an operator wrote it, YAML or JSON. Throws OpsError `input`: `file:line: field: what is wrong`.
 * zod and yaml are loaded here.
 */
export async function readChange(source: string, text: string): Promise<Change> {
  try {
    return await read(source, text);
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    // It is not a file of settings, but what somebody wants done.
    const hint = error.hint === null ? {} : { hint: error.hint };
    throw new OpsError('bad-change', 'input', error.message, hint);
  }
}

/** The same as a tool's input: every problem as `field: what is wrong`. */
export async function readWrittenChange(
  written: object,
): Promise<{ change: Change } | { problems: string[] }> {
  const { changeSchema, toChange } = await import('../protocol/schemas/change.ts');
  const checked = changeSchema.safeParse(written);
  if (checked.success) {
    const change = toChange(checked.data);
    const wrong = await wrongExpression(change);
    return wrong === null ? { change } : { problems: [`${fieldPath(wrong.path)}: ${wrong.message}`] };
  }
  const issues = checked.error.issues.flatMap(insideOf);
  return { problems: issues.map(({ path, message }) => `${fieldPath(path)}: ${message}`) };
}

async function read(source: string, text: string): Promise<Change> {
  const yaml = await parseYaml(source, text);
  const { changeSchema, toChange } = await import('../protocol/schemas/change.ts');
  const checked = changeSchema.safeParse(yaml.value);
  if (checked.success) {
    const change = toChange(checked.data);
    const wrong = await wrongExpression(change);
    if (wrong === null) return change;
    throw fileError(source, yaml.lineOf(wrong.path), `${fieldPath(wrong.path)}: ${wrong.message}`);
  }
  const issues = checked.error.issues.flatMap(insideOf);
  if (issues.length === 0 || yaml.value === null || typeof yaml.value !== 'object') {
    throw fileError(source, 1, 'is not a change: it has `title`, `apply` and `verify`');
  }
  throw schemaFault(yaml, issues, {
    otherwise: 'is not a change',
    fields: (place) =>
      place.length === 0 ? Object.keys(changeSchema.shape) : [...STEP_FIELDS, ...CHECK_FIELDS],
  });
}

/** The first `expect` that means nothing: a misspelt name would be found out only when everything is applied. */
async function wrongExpression(change: Change): Promise<{ path: PropertyKey[]; message: string } | null> {
  for (const field of ['preflight', 'verify'] as const) {
    for (const [index, { expect }] of change[field].entries()) {
      if (EXIT.test(expect.trim())) continue;
      const { compileExpression } = await import('../lib/expression.ts');
      const message = await compileExpression(expect, EXPECTATION_VARIABLES).then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (message !== null) return { path: [field, index, 'expect'], message };
    }
  }
  return null;
}

/** Of alternatives the one that came nearest says what is wrong; where none did, they say together what is possible. */
function insideOf(issue: {
  code?: string | undefined;
  path: PropertyKey[];
  message: string;
  keys?: string[];
  errors?: readonly (readonly SchemaIssue[])[];
}): SchemaIssue[] {
  const own: SchemaIssue = {
    code: issue.code ?? 'custom',
    path: issue.path,
    message: issue.message,
    ...(issue.keys === undefined ? {} : { keys: issue.keys }),
  };
  if (issue.code !== 'invalid_union') return [own];
  const deep = (issue.errors ?? []).find((inner) => inner.every(({ path }) => path.length > 0));
  if (deep === undefined) return [own];
  return deep.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}
