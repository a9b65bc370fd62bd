import { isRecord } from '../lib/is-record.ts';
import { nearest } from '../lib/nearest.ts';
import type { HttpEndpoint, ProbeParameter, ProbeSpec } from '../protocol/probe.ts';
import { FillError, fillArgv, fillText, fillUrl, lookUp } from './fill-words.ts';

/**
 * A shipped probe says what it can be told (`parameters`); settings tell it. What is needed and was not told makes the
 * probe "not configured", which costs nothing and is no fault.
 */
export class ParameterError extends Error {
  readonly path: readonly PropertyKey[];
  readonly hint: string | undefined;
  constructor(path: readonly PropertyKey[], message: string, hint?: string) {
    super(message);
    this.path = path;
    this.hint = hint;
  }
}

/** A list of texts, of numbers, of records, or one text, number, or yes and no. */
type Kind = 'text' | 'number' | 'boolean' | 'texts' | 'numbers' | 'records';

const KIND_WORDS: Record<Kind, string> = {
  text: 'text',
  number: 'a number',
  boolean: 'true or false',
  texts: 'a list of text',
  numbers: 'a list of numbers',
  records: 'a list of records',
};

/**
 * The probe with the values of settings filled in. Throws ParameterError: `path` leads from `probes.parameters.<probe>`
 * (or, for a file that is wrong in itself, from the file).
 *
 * @param environment `environment` of settings, for parameters with `from`.
 */
export function withParameters(
  spec: ProbeSpec,
  values: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): ProbeSpec {
  const names = Object.keys(spec.parameters);
  if (names.length === 0 && Object.keys(values).length === 0) return spec;
  for (const name of Object.keys(values)) {
    if (names.includes(name)) continue;
    const guess = nearest(name, names);
    throw new ParameterError(
      [name],
      'the probe has no such parameter',
      `${guess === undefined ? '' : `Did you mean ${guess}? `}Known: ${names.join(', ') || 'none'}`,
    );
  }
  const given: Record<string, unknown> = {};
  let unset: string | null = null;
  for (const [name, parameter] of Object.entries(spec.parameters)) {
    const value = values[name] ?? variableOf(parameter, environment) ?? parameter.default;
    if (value === null || value === undefined) unset ??= name;
    else given[name] = checkValue(name, value, parameter);
  }
  if (unset !== null) return { ...spec, given, unset };
  return { ...fillGather({ ...spec, given, unset: null }) };
}

/** Every parameter's example and default are of one kind, and every `each` of an address names one. */
export function checkDeclared(spec: ProbeSpec): void {
  for (const [name, parameter] of Object.entries(spec.parameters)) {
    if (parameter.example === undefined || kindOf(parameter.example) === undefined) {
      throw new ParameterError(
        ['parameters', name, 'example'],
        `is needed: it says what kind of value this is`,
      );
    }
    if (parameter.default !== null) checkValue(name, parameter.default, parameter);
  }
  const examples = Object.fromEntries(
    Object.entries(spec.parameters).map(([name, { example }]) => [name, example]),
  );
  const filled = withExamples(spec, examples);
  if (filled.gather.kind !== 'http') return;
  for (const { url } of filled.gather.endpoints) {
    if (!/^https?:/.test(url) || !URL.canParse(url)) {
      throw new ParameterError(['http'], `${url} is not an http or https address`);
    }
  }
}

/** The probe as it is where settings say what its examples say: for checks, tests and documentation. */
export function withExamples(spec: ProbeSpec, values?: Readonly<Record<string, unknown>>): ProbeSpec {
  const examples = Object.fromEntries(
    Object.entries(spec.parameters).map(([name, { example }]) => [name, example]),
  );
  return withParameters(spec, values ?? examples, {});
}

function variableOf(
  { from }: ProbeParameter,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const value = from === null ? undefined : environment[from];
  return value === '' ? undefined : value;
}

function checkValue(name: string, value: unknown, { example }: ProbeParameter): unknown {
  const kind = kindOf(example);
  const isRight =
    kindOf(value) === kind || (Array.isArray(value) && value.length === 0 && kind?.endsWith('s'));
  if (kind === undefined || isRight) return value;
  throw new ParameterError([name], `must be ${KIND_WORDS[kind]}, like ${JSON.stringify(example)}`);
}

function kindOf(value: unknown): Kind | undefined {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return Number.isFinite(value) ? 'number' : undefined;
  if (typeof value === 'boolean') return 'boolean';
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (value.every((element) => typeof element === 'string')) return 'texts';
  if (value.every((element) => typeof element === 'number')) return 'numbers';
  return value.every(isRecord) ? 'records' : undefined;
}

function fillGather(spec: ProbeSpec): ProbeSpec {
  const { gather, given } = spec;
  const names = new Set(Object.keys(given));
  try {
    switch (gather.kind) {
      case 'run':
        return { ...spec, gather: { ...gather, argv: fillArgv(gather.argv, given, names) } };
      case 'http':
        return {
          ...spec,
          gather: { ...gather, endpoints: gather.endpoints.flatMap((e) => fillEndpoint(e, given)) },
        };
      case 'steps':
      case 'executable':
        return spec;
    }
  } catch (error) {
    if (error instanceof FillError) throw new ParameterError([], error.message);
    throw error;
  }
}

function fillEndpoint(endpoint: HttpEndpoint, given: Readonly<Record<string, unknown>>): HttpEndpoint[] {
  const fill = (scope: Readonly<Record<string, unknown>>, more: Partial<HttpEndpoint>): HttpEndpoint => {
    const names = new Set(Object.keys(scope));
    const { each: _, as: __, ...rest } = endpoint;
    return {
      ...rest,
      name: fillText(endpoint.name, scope, names),
      url: fillUrl(withScheme(endpoint.url, scope), scope, names),
      ...more,
    };
  };
  if (endpoint.each === undefined) return [fill(given, {})];
  const items = lookUp(endpoint.each, given);
  if (!Array.isArray(items)) throw new FillError(`{${endpoint.each}} is not a list`);
  return items.map((item: unknown) => fill({ ...given, [endpoint.as ?? 'it']: item }, { item }));
}

/** CONSUL_HTTP_ADDR may be `10.0.0.1:8500`. */
function withScheme(url: string, scope: Readonly<Record<string, unknown>>): string {
  const name = /^\{(\w+)\}/.exec(url)?.[1];
  const value = name === undefined ? undefined : scope[name];
  return typeof value === 'string' && !/^https?:\/\//.test(value) ? `http://${url}` : url;
}
