import { posix } from 'node:path';
import type { ProgramSpec, VerbSpec } from '../protocol/program-spec.ts';
import { type CommandContext, checkKind, toleratesUnknown } from './kinds.ts';
import { checkFind } from './languages/find.ts';
import { isPlainName } from './limits.ts';
import { type Arguments, readArguments } from './options.ts';
import { allowed, asks, denied, type Ruling } from './ruling.ts';
import type { Arg } from './words.ts';

/** Folders that only root can write to: a program named with its path must come from one of them. */
const TRUSTED_FOLDERS = new Set([
  '/bin',
  '/sbin',
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/run/current-system/sw/bin',
  '/run/wrappers/bin',
]);

/** The bare name under which specs know a program, or why the way it is named cannot be allowed. */
export function programName(word: Arg): { name: string } | { ruling: Ruling } {
  if (word.kind !== 'literal') {
    return { ruling: asks('dynamic-program', 'the name of the program is known only when it runs') };
  }
  const text = word.text;
  if (!isPlainName(text)) {
    return {
      ruling: denied(
        'characters:look-alike',
        `the program's name ${JSON.stringify(text)} is not plain ASCII`,
      ),
    };
  }
  if (!text.includes('/')) return { name: text };
  const folder = posix.dirname(text);
  if (!text.startsWith('/') || !TRUSTED_FOLDERS.has(folder) || posix.normalize(text) !== text) {
    return { ruling: asks('untrusted-program', `${text} is not in a folder that only root can write to`) };
  }
  return { name: posix.basename(text) };
}

/** Judges the words after a program's name by its spec. */
export function judgeProgram(spec: ProgramSpec, args: readonly Arg[], context: CommandContext): Ruling {
  if (spec.syntax === 'find') {
    note(spec, context, { path: [], seen: new Set(), operands: [] });
    return checkFind(args, context);
  }
  const read = readArguments(spec, args, context);
  if ('ruling' in read) {
    note(spec, context, { path: read.path, seen: new Set(), operands: [] });
    const { verb, ruling } = read;
    // Below a verb that is not allowed anyway, the verb says more than the option.
    if (verb.verdict === 'allow') return ruling;
    return withEffect(verb, ruling, context, read.path);
  }
  note(spec, context, read.arguments);
  return judgeVerb(read.arguments.verb, read.arguments, context);
}

function note(
  { source }: ProgramSpec,
  { notes, program }: CommandContext,
  { path, seen, operands }: Pick<Arguments, 'path' | 'seen' | 'operands'>,
): void {
  notes?.push({
    kind: 'spec',
    program,
    source,
    verb: path.join(' '),
    options: [...seen],
    operands: operands.map(({ arg }) => (arg.kind === 'dynamic' ? `${arg.text}…` : arg.text)),
  });
}

function judgeVerb(verb: VerbSpec, found: Arguments, context: CommandContext): Ruling {
  const rule = ['spec:', context.program, ...found.path.map((word) => `.${word}`)].join('');
  if (verb.verdict === 'deny') return refusalOf(verb, rule, context, found.path);
  const ruling = verb.verdict === 'allow' ? checkUse(verb, found, context) : undefined;
  if (verb.verdict === 'allow' && ruling === undefined) return allowed(rule);
  for (const variant of verb.variants) {
    const other = checkUse(variant, found, context);
    if (other === undefined && variant.verdict === 'allow') return allowed(rule);
  }
  return ruling ?? refusalOf(verb, rule, context, found.path);
}

function refusalOf(verb: VerbSpec, rule: string, context: CommandContext, path: string[]): Ruling {
  const name = [context.program, ...path].join(' ');
  const reason = verb.reason ?? `\`${name}\` is ${verb.effect}`;
  if (verb.verdict === 'deny') return denied(rule.replace('spec:', 'floor:'), reason, verb.effect);
  return asks(rule, reason, verb.effect);
}

function withEffect(verb: VerbSpec, ruling: Ruling, context: CommandContext, path: string[]): Ruling {
  if (ruling.verdict === 'deny') return ruling;
  return refusalOf(
    verb,
    ['spec:', context.program, ...path.map((word) => `.${word}`)].join(''),
    context,
    path,
  );
}

/** undefined when everything that was given is in order. */
function checkUse(verb: VerbSpec, found: Arguments, context: CommandContext): Ruling | undefined {
  const { requires, operands: rule } = verb;
  if (requires.length > 0 && !requires.some((name) => found.seen.has(name))) {
    return asks(
      `needs-option:${context.program}`,
      `${context.program} is known to only observe with ${requires.join(' or ')}`,
    );
  }
  for (const [option, others] of Object.entries(verb.companions)) {
    if (found.seen.has(option) && !others.some((name) => found.seen.has(name))) {
      return asks(
        `option:${option}`,
        `${context.program} ${option} only observes beside ${others.join(' or ')}`,
      );
    }
  }
  const kinds = rule.scriptOptions.some((name) => found.seen.has(name)) ? rule.kinds.slice(1) : rule.kinds;
  const isRecursive =
    rule.recursive.includes('always') || rule.recursive.some((name) => found.seen.has(name));
  const minimum = rule.minimum;
  if (found.operands.length < minimum) {
    return asks(`operand:${context.program}`, `${context.program} lacks an operand`);
  }
  for (const [i, { arg, isAfterDashes }] of found.operands.entries()) {
    const isLast = i >= kinds.length - 1;
    const kind = kinds[i] ?? (rule.repeats ? kinds.at(-1) : undefined);
    if (kind === undefined) {
      return asks(
        `operand:${context.program}`,
        `${context.program} with ${JSON.stringify(arg.text)} is not known to only observe`,
      );
    }
    const isMany = arg.isSplit || arg.isMany === true || arg.kind === 'pattern';
    if (isMany && !(rule.repeats && isLast)) {
      return asks(
        `unknown-word:${context.program}`,
        'an unquoted word or pattern stands where exactly one word belongs',
      );
    }
    if (arg.kind === 'dynamic' && !mayBeUnknown(kind, arg, isAfterDashes, rule.isHarmless)) {
      return asks(
        `unknown-word:${context.program}`,
        `${context.program} gets a word that is known only when it runs; run the inner command first, then name it`,
      );
    }
    const ruling = checkKind(isRecursive && kind === 'read' ? 'tree' : kind, arg, context);
    if (ruling !== undefined) return ruling;
  }
  const files = found.operands.length - (kinds.at(-1) === 'read' ? kinds.length - 1 : found.operands.length);
  if (isRecursive && files <= 0) return context.paths.check('.', context.cwds, 'tree');
  return undefined;
}

/** A word of which nothing is known could be an option, unless it stands after `--` or starts with something else. */
function mayBeUnknown(kind: string, arg: Arg, isAfterDashes: boolean, isHarmless: boolean): boolean {
  if (!toleratesUnknown(kind) && !(arg.isNumber && kind === 'number')) return false;
  if (isHarmless) return true;
  if (arg.isNumber && arg.text === '') return kind === 'text' || kind === 'number';
  return isAfterDashes || (!arg.isSplit && arg.text !== '' && !arg.text.startsWith('-'));
}
