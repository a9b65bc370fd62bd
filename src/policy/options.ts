import type { ProgramSpec, VerbSpec } from '../protocol/program-spec.ts';
import { type CommandContext, checkKind } from './kinds.ts';
import { isPlainName } from './limits.ts';
import { asks, type Ruling } from './ruling.ts';
import type { Arg } from './words.ts';

/** The words of a command, told apart by its spec. */
export interface Arguments {
  verb: VerbSpec;
  /** Verb words, as the spec spells them: `job status`. */
  path: string[];
  seen: Set<string>;
  operands: { arg: Arg; isAfterDashes: boolean }[];
}

/**
 * Tells options, verbs and operands apart. Options are known by name from the innermost verb outwards; one that is
 * not known ends it, because whether it swallows the next word is then not known either.
 */
export function readArguments(
  spec: ProgramSpec,
  args: readonly Arg[],
  context: CommandContext,
): { arguments: Arguments } | { ruling: Ruling; verb: VerbSpec; path: string[] } {
  const result: Arguments = { verb: spec.root, path: [], seen: new Set(), operands: [] };
  const chain: VerbSpec[] = [spec.root];
  let isAfterDashes = false;
  let at = 0;
  const stop = (ruling: Ruling): { ruling: Ruling; verb: VerbSpec; path: string[] } => ({
    ruling,
    verb: result.verb,
    path: result.path,
  });

  while (at < args.length) {
    const arg = args[at++];
    if (arg === undefined) break;
    const isOption = !isAfterDashes && arg.text.startsWith('-') && arg.text !== '-';
    if (isOption && arg.kind === 'literal' && arg.text === '--' && spec.syntax !== 'none') {
      isAfterDashes = true;
      continue;
    }
    if (isOption) {
      const uses = splitOption(spec, arg, (name) => findOption(chain, name));
      if (uses === undefined) {
        const denial = denialOf(chain, arg.text);
        return stop(
          denial ??
            asks(
              `unknown-option:${context.program}`,
              `${context.program} has no option ${arg.text} that is known to only observe`,
            ),
        );
      }
      for (const use of uses) {
        result.seen.add(use.name);
        if (use.kind === 'flag' || (use.kind === 'optional' && use.value === undefined)) continue;
        const count = use.kind === 'value2' ? 2 : 1;
        const values = use.value === undefined ? args.slice(at, at + count) : [use.value];
        if (use.value === undefined) at += count;
        if (values.length < (use.value === undefined ? count : 1)) {
          return stop(asks(`syntax:${context.program}`, `the option ${use.name} lacks its value`));
        }
        for (const value of values) {
          // Were the option a flag after all, this word would be an option nobody looked at.
          if (use.value === undefined && /^-[^\d]/.test(value.text)) {
            return stop(
              asks(
                `syntax:${context.program}`,
                `${use.name} is followed by the option ${value.text}; write ${use.name} and its value as one word`,
              ),
            );
          }
          const ruling = checkValue(use.kind, value, use.value !== undefined, context);
          if (ruling !== undefined) return stop(ruling);
        }
      }
      continue;
    }
    const { verbs, changes } = result.verb;
    const hasVerbs = Object.keys(verbs).length > 0 || Object.keys(changes).length > 0;
    if (result.operands.length === 0 && !isAfterDashes && hasVerbs) {
      const next = arg.kind === 'literal' ? verbNamed(verbs, arg.text) : undefined;
      if (next !== undefined) {
        result.path.push(arg.text);
        result.verb = next;
        if (chain.at(-1)?.isLocal === true) chain.pop();
        chain.push(next);
        continue;
      }
      const change =
        arg.kind === 'literal' && Object.hasOwn(changes, arg.text) ? changes[arg.text] : undefined;
      if (change !== undefined) {
        const words = [context.program, ...result.path, arg.text];
        return stop(asks(`spec:${words.join('.')}`, `\`${words.join(' ')}\` is ${change}`, change));
      }
      if (result.verb.operands.kinds.length === 0) {
        const name = [context.program, ...result.path, arg.kind === 'literal' ? arg.text : '…'].join(' ');
        return stop(asks(`unknown-verb:${context.program}`, `\`${name}\` is not known to only observe`));
      }
    }
    result.operands.push({ arg, isAfterDashes });
  }
  return { arguments: result };
}

function verbNamed(verbs: VerbSpec['verbs'], name: string): VerbSpec | undefined {
  const found = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  return typeof found === 'string' ? verbNamed(verbs, found) : found;
}

interface OptionUse {
  name: string;
  kind: string;
  value: Arg | undefined;
}

type Find = (name: string) => string | undefined;

function findOption(chain: readonly VerbSpec[], name: string): string | undefined {
  for (let i = chain.length - 1; i >= 0; i--) {
    const verb = chain[i];
    if (verb === undefined) continue;
    if (Object.hasOwn(verb.deny, name)) return undefined;
    if (Object.hasOwn(verb.options, name)) return verb.options[name];
  }
  return undefined;
}

/** The reason a spec gives for an option that changes something; also when it is one of a cluster. */
function denialOf(chain: readonly VerbSpec[], text: string): Ruling | undefined {
  const name = text.split('=')[0] ?? text;
  for (const verb of [...chain].reverse()) {
    for (const [option, reason] of Object.entries(verb.deny)) {
      const isInCluster = /^-[^-]$/.test(option) && /^-[^-]/.test(name) && name.includes(option.slice(1));
      if (option === name || isInCluster) return asks(`option:${option}`, reason);
    }
  }
  return undefined;
}

/** What a word that starts with a dash stands for; undefined when any part of it is not known. */
function splitOption(spec: ProgramSpec, arg: Arg, find: Find): OptionUse[] | undefined {
  switch (spec.syntax) {
    case 'getopt':
    case 'pflag':
      return arg.text.startsWith('--') ? splitLong(spec, arg, find) : splitShort(spec, arg, find);
    case 'go':
      return splitGo(arg, find);
    case 'find':
    case 'none':
      return undefined;
  }
}

function splitLong(spec: ProgramSpec, arg: Arg, find: Find): OptionUse[] | undefined {
  const equals = arg.text.indexOf('=');
  const name = equals === -1 ? arg.text : arg.text.slice(0, equals);
  if (!isPlainName(name) || (equals === -1 && arg.kind !== 'literal')) return undefined;
  const kind = find(name);
  if (kind === undefined) return undefined;
  if (equals === -1) return [{ name, kind, value: undefined }];
  const value = { ...arg, text: arg.text.slice(equals + 1), isNumber: false };
  if (kind === 'flag') {
    const isBoolean =
      spec.syntax === 'pflag' && arg.kind === 'literal' && /^(?:true|false)$/.test(value.text);
    return isBoolean ? [{ name: switched(name, value.text), kind, value: undefined }] : undefined;
  }
  return kind === 'value2' ? undefined : [{ name, kind, value }];
}

function splitShort(spec: ProgramSpec, arg: Arg, find: Find): OptionUse[] | undefined {
  if (arg.kind === 'literal' && /^-\d+$/.test(arg.text) && find('-NUM') !== undefined) {
    return [{ name: '-NUM', kind: 'flag', value: undefined }];
  }
  // Programs that spell a word with one dash, as in `-name`.
  const uses: OptionUse[] = [];
  for (let i = 1; i < arg.text.length; i++) {
    const name = `-${arg.text[i]}`;
    const kind = isPlainName(name) ? find(name) : undefined;
    if (kind === undefined) return undefined;
    if (kind === 'flag') {
      uses.push({ name, kind, value: undefined });
      continue;
    }
    let rest = arg.text.slice(i + 1);
    if (spec.syntax === 'pflag' && rest.startsWith('=')) rest = rest.slice(1);
    // An unknown rest could be empty, and the option would then take the next word.
    if (arg.kind !== 'literal' && rest === '') return undefined;
    const isAttached = rest !== '' || arg.kind !== 'literal';
    uses.push({ name, kind, value: isAttached ? { ...arg, text: rest, isNumber: false } : undefined });
    return uses;
  }
  return arg.kind === 'literal' ? uses : undefined;
}

function splitGo(arg: Arg, find: Find): OptionUse[] | undefined {
  const text = arg.text.replace(/^--/, '-');
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  if (!isPlainName(name) || (equals === -1 && arg.kind !== 'literal')) return undefined;
  const kind = find(name);
  if (kind === undefined || kind === 'value2') return undefined;
  if (equals === -1) return [{ name, kind, value: undefined }];
  const value = { ...arg, text: text.slice(equals + 1), isNumber: false };
  if (kind === 'flag') {
    return arg.kind === 'literal' && /^(?:true|false|0|1)$/.test(value.text)
      ? [{ name: switched(name, value.text), kind, value: undefined }]
      : undefined;
  }
  return [{ name, kind, value }];
}

/** What is switched off was not given: nothing that needs the option may take it for that. */
function switched(name: string, value: string): string {
  return value === 'false' || value === '0' ? `${name}=false` : name;
}

function checkValue(
  kind: string,
  value: Arg,
  isAttached: boolean,
  context: CommandContext,
): Ruling | undefined {
  const isOne = !value.isSplit && value.isMany !== true && value.kind !== 'pattern';
  if (value.kind !== 'literal' && !isAttached && !isOne) {
    return asks(`unknown-word:${context.program}`, 'an unquoted word stands where an option takes its value');
  }
  if (value.kind === 'dynamic' && value.isSplit) {
    return asks(`unknown-word:${context.program}`, 'an unquoted word is part of an option');
  }
  return checkKind(kind === 'optional' ? 'text' : kind, value, context);
}
