import type { Effect } from '../../protocol/effect.ts';

/** Which word of the command a field becomes. No field can become an option, or more than one word. */
export interface FieldRule {
  /** What it may look like; never a dash at its beginning, never a control character. */
  kind: RegExp | 'number' | 'flag';
  /** `--since`: the value is attached to it. Absent: an operand, in the order of the fields. */
  option?: string;
  isRequired?: boolean;
  /** An operand for each of a list. */
  isMany?: boolean;
}

export interface VerbRule {
  words: readonly string[];
  /** Given every time. */
  always?: readonly string[];
  fields: Readonly<Record<string, FieldRule>>;
  /** Options of the pin that its verb knows; absent: all. */
  pins?: readonly string[];
  /** Before operands: they cannot be taken for options then. */
  hasDashes?: boolean;
}

export type Verbs = Readonly<Record<string, VerbRule>>;

export type Input = Readonly<Record<string, unknown>> & { verb?: unknown };

export interface Problem {
  /** `declared-elsewhere`: somebody else applies it, from what a repository says. */
  code?: string;
  problem: string;
}

/** Values of effects are the specs' business; this only says which words stand for the verb. */
export type EffectOf = (argv: readonly string[]) => Effect;

/** `pins`: option to value, in their order. Pure. A sentence says what does not fit. */
export function buildArgv(
  program: string,
  verbs: Verbs,
  input: Input,
  pins: Readonly<Record<string, string>> = {},
): { argv: string[] } | Problem {
  const { verb, ...given } = input;
  const rule = typeof verb === 'string' && Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (rule === undefined) {
    return { problem: `verb must be one of ${Object.keys(verbs).join(', ')}, not ${shown(verb)}` };
  }
  const strange = Object.entries(given).find(
    ([name, value]) => value !== undefined && !Object.hasOwn(rule.fields, name),
  );
  if (strange !== undefined) {
    const known = Object.keys(rule.fields).join(', ') || 'no other field';
    return { problem: `${verb} does not take ${strange[0]}: it takes ${known}` };
  }
  const options: string[] = [];
  const operands: string[] = [];
  for (const [name, field] of Object.entries(rule.fields)) {
    const value = given[name];
    if (value === undefined || value === false) {
      if (field.isRequired === true) return { problem: `${verb} needs ${name}` };
      continue;
    }
    const words = wordsOf(field, value);
    if (words === undefined) return { problem: `${name} is not valid: ${shown(value)}` };
    if (field.option === undefined) operands.push(...words);
    else if (field.kind === 'flag') options.push(field.option);
    else options.push(...words.map((word) => `${field.option}=${word}`));
  }
  const pinned = Object.entries(pins).flatMap(([option, value]) =>
    value === '' || rule.pins?.includes(option) === false ? [] : [`${option}=${value}`],
  );
  const dashes = rule.hasDashes === true && operands.length > 0 ? ['--'] : [];
  return {
    argv: [program, ...rule.words, ...pinned, ...(rule.always ?? []), ...options, ...dashes, ...operands],
  };
}

/** undefined: it does not fit. */
function wordsOf({ kind, isMany }: FieldRule, value: unknown): string[] | undefined {
  if (isMany === true) {
    if (!Array.isArray(value) || value.length === 0) return undefined;
    const words = value.map((each) => wordOf(kind, each));
    return words.every((word) => word !== undefined) ? words : undefined;
  }
  const word = wordOf(kind, value);
  return word === undefined ? undefined : [word];
}

const LONGEST = 4_096;

function wordOf(kind: FieldRule['kind'], value: unknown): string | undefined {
  if (kind === 'flag') return value === true ? '' : undefined;
  if (kind === 'number') {
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  }
  if (typeof value !== 'string' || value.length > LONGEST) return undefined;
  return !value.startsWith('-') && !hasControl(value) && kind.test(value) ? value : undefined;
}

/** Line ends and NUL among them: no word of a command has a use for one. */
export function hasControl(text: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(text);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}

/** Names of jobs, units, pods, keys, branches: plain words. */
export const NAME = /^[A-Za-z0-9_.][\w.@:+\\-]*$/;
/** Files: absolute or below the working directory. */
export const FILE = /^[\w./@+~][^*?[\]{}$`"'\\|&;<>()]*$/;
export const TEXT = /^[^-]/;
