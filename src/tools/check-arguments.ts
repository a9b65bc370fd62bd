import { parseShallowJson } from '../lib/shallow-json.ts';
import type { ToolSpec } from '../protocol/model.ts';
import type { Schema, SchemaIssue } from './schema-port.ts';

export type Checked<T> =
  | { ok: true; input: T /** Fields that the tool does not know; they had no effect. */; ignored: string[] }
  | { ok: false; sentence: string };

/** One answer names at most so many wrong fields: the first ones usually explain the rest. */
const MOST_ISSUES = 4;

/** Arguments as a model wrote them → what the tool takes, or a sentence from which the model can do better. */
export function checkArguments<T>(schema: Schema<T>, spec: ToolSpec, raw: unknown): Checked<T> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { ok: false, sentence: `Arguments of ${spec.name} must be an object. ${usage(spec)}` };
  }
  const properties = propertiesOf(spec.inputSchema);
  const given = repair(raw, properties);
  const parsed = schema.safeParse(given);
  if (parsed.success) {
    const ignored = Object.keys(raw).filter((name) => !Object.hasOwn(properties, name));
    return { ok: true, input: parsed.data, ignored };
  }
  const issues = parsed.error.issues.slice(0, MOST_ISSUES).map((issue) => describe(issue, given));
  return { ok: false, sentence: `Wrong arguments for ${spec.name}: ${issues.join('; ')}. ${usage(spec)}` };
}

/** Small models quote numbers and booleans, and write null for what they leave out. */
function repair(raw: object, properties: Record<string, PropertySchema>): Record<string, unknown> {
  const repaired: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    const type = Object.hasOwn(properties, name) ? properties[name]?.type : undefined;
    if (value === null || type === undefined) continue;
    repaired[name] = typeof value === 'string' ? unquote(value, type) : value;
  }
  return repaired;
}

function unquote(value: string, type: string): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  if (type === 'array' && value.startsWith('[')) {
    try {
      return parseShallowJson(value);
    } catch {
      // Not JSON after all: the schema says what is wrong with it.
    }
  }
  return value;
}

function describe(issue: SchemaIssue, given: unknown): string {
  const name = issue.path.map(String).join('.');
  const value = issue.path.reduce<unknown>((inner, key) => Object(inner)[key], given);
  if (value === undefined) return `${name} is missing`;
  switch (issue.code) {
    case 'invalid_type':
      return `${name} must be ${withArticle(issue.expected ?? 'another type')}, not ${nameValue(value)}`;
    case 'invalid_value':
      return `${name} must be one of ${issue.values?.join(', ')}`;
    case 'too_small':
      return issue.origin === 'string'
        ? `${name} must have at least ${issue.minimum} ${issue.minimum === 1 ? 'character' : 'characters'}`
        : `${name} must be ${issue.inclusive ? 'at least' : 'greater than'} ${issue.minimum}`;
    default:
      return `${name} is not valid`;
  }
}

function withArticle(type: string): string {
  const name = type === 'int' ? 'integer' : type;
  return `${/^[aio]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** Short values as they are: a model that sees `"ten"` knows at once what to change. */
function nameValue(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.length <= 40) return text;
  return Array.isArray(value) ? 'an array' : withArticle(typeof value);
}

interface PropertySchema {
  type?: string;
  enum?: unknown[];
}

function propertiesOf(schema: Record<string, unknown>): Record<string, PropertySchema> {
  // JSON Schema made from our own zod objects, whose properties are always of this form.
  return (schema.properties ?? {}) as Record<string, PropertySchema>;
}

function usage(spec: ToolSpec): string {
  const required = (spec.inputSchema.required ?? []) as string[];
  const fields = Object.entries(propertiesOf(spec.inputSchema)).map(
    ([name, { type, enum: values }]) =>
      `${name}${required.includes(name) ? '' : '?'}: ${values === undefined ? (type ?? 'any') : values.join('|')}`,
  );
  return `It takes {${fields.join(', ')}}.`;
}
