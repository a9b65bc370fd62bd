import { nearest } from '../lib/nearest.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { Goal } from '../protocol/goal.ts';

const PLACEHOLDER = /\{\{ *([a-z][a-z0-9_]*) *\}\}/g;
const VALUE_LIMIT = 200;

/** Names of the `{{name}}` in a text. */
export function placeholders(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
}

/** An expression with empty texts in their places, so that it can be read before there are values. */
export function withoutPlaceholders(expression: string): string {
  return expression.replace(PLACEHOLDER, '""');
}

/**
 * Puts values for the goal's parameters into its prose, between backticks, and into its checks, as CEL strings.
 * Values often come from a trigger (a unit name, an alert's label), so they must be one short line of plain text.
 * `areTyped`: a person typed the values, so that they are the operator's own words too.
 * Throws OpsError `usage` for an unknown, missing or unfit one.
 */
export function fillParameters(goal: Goal, sets: Readonly<Record<string, string>>, areTyped = false): Goal {
  const known = Object.keys(goal.parameters);
  for (const [name, value] of Object.entries(sets)) {
    if (!Object.hasOwn(goal.parameters, name)) throw unknownParameter(goal, name, known);
    if (value.length > VALUE_LIMIT || /[\u0000-\u001f\u007f-\u009f\u2028\u2029`]/.test(value)) {
      throw new OpsError(
        'bad-parameter',
        'usage',
        `--set ${name}: must be one line of at most ${VALUE_LIMIT} characters, without backticks`,
      );
    }
  }
  const values = new Map<string, string>();
  for (const [name, initial] of Object.entries(goal.parameters)) {
    const value = Object.hasOwn(sets, name) ? sets[name] : initial;
    if (value === null || value === undefined) {
      throw new OpsError('missing-parameter', 'usage', `goal ${goal.name} needs --set ${name}=…`, {
        hint: `Its parameters: ${known.join(', ')}.`,
      });
    }
    values.set(name, value);
  }
  // A function, since a value may hold `$&`, and one pass, since a value may hold `{{name}}`.
  const fill = (text: string, write: (value: string) => string) =>
    text.replace(PLACEHOLDER, (whole, name: string) => {
      const value = values.get(name);
      return value === undefined ? whole : write(value);
    });
  const fillProse = (text: string) => fill(text, (value) => `\`${value}\``);
  const fillOwn = (text: string) =>
    fillProse(
      areTyped
        ? text
        : text.replace(PLACEHOLDER, (whole, name: string) => (Object.hasOwn(sets, name) ? '' : whole)),
    );
  const isPartlyOwn = goal.ownText !== undefined || (!areTyped && Object.keys(sets).length > 0);
  return {
    ...goal,
    parameters: Object.fromEntries(values),
    text: fillProse(goal.text),
    ...(isPartlyOwn ? { ownText: fillOwn(goal.ownText ?? goal.text) } : {}),
    // JSON's string escapes are CEL's too.
    done: goal.done.map((check) => ({
      ...check,
      expect: fill(check.expect, (value) => JSON.stringify(value)),
    })),
  };
}

function unknownParameter(goal: Goal, name: string, known: readonly string[]): OpsError {
  const near = nearest(name, known);
  const hint = near
    ? `Did you mean \`${near}\`?`
    : known.length > 0
      ? `Its parameters: ${known.join(', ')}.`
      : 'It has no parameters.';
  return new OpsError(
    'unknown-parameter',
    'usage',
    `--set ${name}: goal ${goal.name} has no such parameter`,
    { hint },
  );
}
