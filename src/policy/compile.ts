import { OpsError } from '../lib/ops-error.ts';
import { fileError, parseYaml, type YamlFile } from '../lib/yaml-file.ts';
import type { Effect } from '../protocol/effect.ts';
import type { OperandRule, ProgramSpec, VerbSpec } from '../protocol/program-spec.ts';
import type { RawProgramSpec, RawVerb } from '../protocol/schemas/program-spec.ts';
import { compileThing } from './compile-things.ts';
import { runExamples } from './examples.ts';
import { isKnownKind } from './kinds.ts';
import { bookOf } from './spec-book.ts';

/**
 * Reads spec files (YAML: one program or a list) and runs their examples against all of them together. Throws
 * OpsError `settings` with file and line: a spec that is wrong about its own examples is never used.
 */
export async function compileSpecs(
  files: readonly { source: string; text: string }[],
): Promise<ProgramSpec[]> {
  const { programSpecFileSchema } = await import('../protocol/schemas/program-spec.ts');
  const specs: ProgramSpec[] = [];
  for (const { source, text } of files) {
    const file = await parseYaml(source, text);
    const parsed = programSpecFileSchema.safeParse(file.value);
    if (!parsed.success) throw schemaError(file, parsed.error.issues[0]);
    for (const raw of [parsed.data].flat()) specs.push(compileSpec(raw, file));
  }
  const owners = new Map<string, string>();
  for (const spec of specs) {
    for (const name of spec.names) {
      const other = owners.get(name);
      if (other !== undefined) throw fileError(spec.source, null, `${name} has a spec in ${other} already`);
      owners.set(name, spec.source);
    }
  }
  checkExamples(specs);
  return specs;
}

interface Issue {
  path: PropertyKey[];
  message: string;
  errors?: Issue[][];
}

/** Of a union, the branch that got furthest says most. */
function schemaError(file: YamlFile, issue: unknown): OpsError {
  let at = issue as Issue | undefined;
  let path = at?.path ?? [];
  while (at?.errors !== undefined) {
    const inner = at.errors.flat().sort((a, b) => b.path.length - a.path.length)[0];
    if (inner === undefined) break;
    path = [...path, ...inner.path];
    at = inner;
  }
  return fileError(
    file.source,
    file.lineOf(path),
    `${path.map(String).join('.')}: ${at?.message ?? 'is not a spec'}`,
  );
}

function compileSpec(raw: RawProgramSpec, file: YamlFile): ProgramSpec {
  const bad = (message: string): OpsError =>
    fileError(file.source, null, `${raw.names.join(', ')}: ${message}`);
  return {
    names: raw.names,
    source: file.source,
    profile: raw.profile,
    ...(raw.environment === undefined ? {} : { environment: raw.environment }),
    ...(raw.reaches === undefined ? {} : { reaches: raw.reaches }),
    ...(raw.repository === undefined ? {} : { repository: raw.repository }),
    ...(raw.target === undefined ? {} : { target: raw.target }),
    ...(raw.things === undefined ? {} : { things: raw.things.map((thing) => compileThing(thing, bad)) }),
    syntax: raw.syntax,
    root: compileVerb(raw, raw.names[0] ?? '', raw.syntax === 'go' ? bad : checkedNames(raw, bad)),
    allow: raw.allow,
    notAllow: raw.not_allow,
  };
}

type Bad = (message: string) => OpsError;

/** With clusters, `-dump` is `-d`, `-u`, …: a spec that lists it as one option has misunderstood the program. */
function checkedNames(raw: RawProgramSpec, bad: Bad): Bad {
  const check = (verb: Omit<RawVerb, 'verbs'> & { verbs?: RawVerb['verbs'] }): void => {
    for (const name of Object.values(verb.options ?? {}).flat()) {
      if (!/^(?:--[A-Za-z0-9][\w.-]*|-[^-]|-NUM)$/.test(name))
        throw bad(`the option ${name} is not spelled in getopt's way`);
    }
    for (const inner of Object.values(verb.verbs ?? {})) if (inner !== null) check(inner);
  };
  check(raw);
  return bad;
}

function compileVerb(
  raw: Omit<RawVerb, 'verbs'> & { verbs?: RawVerb['verbs'] },
  name: string,
  bad: Bad,
): VerbSpec {
  const effect = raw.effect ?? 'observe';
  const verdict = raw.verdict ?? (effect === 'observe' ? 'allow' : 'ask');
  if (effect !== 'observe' && verdict === 'allow') throw bad(`${name} is ${effect} and cannot be allowed`);
  const verb: VerbSpec = {
    effect,
    verdict,
    reason: raw.reason ?? null,
    options: compileOptions(raw.options ?? {}, bad),
    isLocal: raw.local ?? false,
    deny: raw.deny ?? {},
    companions: raw.companions ?? {},
    requires: raw.requires ?? [],
    verbs: {},
    changes: {},
    operands: compileOperands(raw, bad),
    variants: (raw.variants ?? []).map((variant) => compileVerb(variant, name, bad)),
  };
  for (const option of Object.keys(verb.deny)) {
    if (Object.hasOwn(verb.options, option)) throw bad(`the option ${option} is both known and denied`);
  }
  for (const [key, value] of Object.entries(raw.verbs ?? {})) {
    const made = compileVerb(value ?? {}, key, bad);
    let owner: string | undefined;
    for (const spelled of key.split('|')) {
      const words = spelled.trim().split(/\s+/);
      addVerb(verb, words, words.length === 1 && owner !== undefined ? owner : made, bad);
      if (words.length === 1) owner ??= words[0];
    }
  }
  for (const [effect, names] of Object.entries(raw.changes ?? {}) as [Effect, string[]][]) {
    for (const word of names) {
      if (effect === 'observe' || Object.hasOwn(verb.verbs, word))
        throw bad(`the verb ${word} both observes and changes`);
      verb.changes[word] = effect;
    }
  }
  return verb;
}

/** `job status` makes `job` a verb that has only verbs. */
function addVerb(parent: VerbSpec, words: string[], made: VerbSpec | string, bad: Bad): void {
  const [first, ...rest] = words;
  if (first === undefined || first === '') throw bad('an empty verb');
  const existing = Object.hasOwn(parent.verbs, first) ? parent.verbs[first] : undefined;
  if (typeof existing === 'string') throw bad(`the verb ${first} is there twice`);
  if (rest.length > 0) {
    const group = existing ?? emptyGroup();
    parent.verbs[first] = group;
    addVerb(group, rest, made, bad);
  } else if (existing === undefined) {
    parent.verbs[first] = made;
  } else {
    if (typeof made === 'string' || Object.keys(existing.verbs).length === 0)
      throw bad(`the verb ${first} is there twice`);
    parent.verbs[first] = { ...made, verbs: { ...existing.verbs, ...made.verbs } };
  }
}

/** Without a verb below it, it needs one: nothing matches the option that it demands. */
function emptyGroup(): VerbSpec {
  return {
    effect: 'observe',
    verdict: 'allow',
    reason: null,
    options: {},
    isLocal: false,
    deny: {},
    companions: {},
    requires: [],
    verbs: {},
    changes: {},
    operands: { kinds: [], repeats: false, minimum: 1, scriptOptions: [], recursive: [], isHarmless: false },
    variants: [],
  };
}

function compileOptions(groups: Record<string, string[]>, bad: Bad): Record<string, string> {
  const options: Record<string, string> = {};
  for (const [kind, names] of Object.entries(groups)) {
    if (!isKnownKind(kind)) throw bad(`${kind} is not a kind of option`);
    for (const name of names) {
      if (!name.startsWith('-') && !name.startsWith('+'))
        throw bad(`the option ${name} does not start with a dash`);
      if (Object.hasOwn(options, name)) throw bad(`the option ${name} is there twice`);
      options[name] = kind;
    }
  }
  return options;
}

/** `none`, or kinds separated by spaces; the last may end in `...`. */
function compileOperands(raw: Omit<RawVerb, 'verbs'>, bad: Bad): OperandRule {
  const text = (raw.operands ?? 'none').trim();
  const repeats = text.endsWith('...');
  const words = text === 'none' ? [] : (repeats ? text.slice(0, -3) : text).trim().split(/\s+/);
  for (const kind of words) if (!isKnownKind(kind)) throw bad(`${kind} is not a kind of operand`);
  return {
    kinds: words,
    repeats,
    minimum: raw.minimum ?? 0,
    scriptOptions: raw.scriptOptions ?? [],
    recursive: raw.recursive ?? [],
    isHarmless: raw.harmless ?? false,
  };
}

function checkExamples(specs: readonly ProgramSpec[]): void {
  const wrong = runExamples(bookOf(specs)).flatMap(({ source, line, expected, found }) => {
    if (found !== undefined) {
      const must = expected === 'allow' ? 'must be allowed' : 'must not be allowed';
      return [`${source}: \`${line}\` ${must}, but: ${found.rule}, ${found.reason}`];
    }
    return [];
  });
  if (wrong.length > 0)
    throw new OpsError('bad-spec', 'settings', wrong.join('\n'), {
      hint: 'Correct the spec or its examples.',
    });
}
