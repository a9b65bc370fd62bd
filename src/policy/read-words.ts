import type { ProgramSpec, VerbSpec } from '../protocol/program-spec.ts';

/** The words behind a program's name, told apart without judging them. */
export interface ReadWords {
  /** Verb words, also those of which the spec only says that they change something. */
  path: string[];
  operands: string[];
  values: Map<string, string[]>;
  /** No option was unknown, so nothing is taken for what it is not. */
  isSure: boolean;
}

/** `takesValue`: options with a value of which the spec itself says nothing, under verbs that it does not know. */
export function readWords(
  spec: ProgramSpec,
  words: readonly string[],
  takesValue: readonly string[] = [],
): ReadWords {
  const read: ReadWords = { path: [], operands: [], values: new Map(), isSure: true };
  const chain: VerbSpec[] = [spec.root];
  const kindOf = (name: string): string | undefined =>
    chain.map(({ options }) => options[name]).findLast((found) => found !== undefined) ??
    (takesValue.includes(name) ? 'value' : undefined);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      read.operands.push(...words.slice(i + 1));
      break;
    }
    if (word.startsWith('-') && word !== '-') {
      i += readOption(spec, word, words[i + 1] ?? '', kindOf, read);
      continue;
    }
    const verb = chain.at(-1);
    const known = verb !== undefined && Object.hasOwn(verb.verbs, word) ? verb.verbs[word] : undefined;
    if (read.operands.length === 0 && known !== undefined) {
      const next = typeof known === 'string' ? verb?.verbs[known] : known;
      if (next !== undefined && typeof next !== 'string') chain.push(next);
      read.path.push(word);
    } else if (read.operands.length > 0 || verb === undefined || !Object.hasOwn(verb.changes, word)) {
      read.operands.push(word);
    } else {
      read.path.push(word);
      // Its own words are not described: none of them is a verb.
      chain.push({ ...verb, verbs: {}, changes: {} });
    }
  }
  return read;
}

/** How many words behind the option belong to it. */
function readOption(
  { syntax }: ProgramSpec,
  word: string,
  following: string,
  kindOf: (name: string) => string | undefined,
  read: ReadWords,
): number {
  const equals = word.indexOf('=');
  const written = equals === -1 ? word : word.slice(0, equals);
  const name = syntax === 'go' ? written.replace(/^--/, '-') : written;
  const add = (option: string, value: string): void => {
    read.values.set(option, [...(read.values.get(option) ?? []), value]);
  };
  const kind = kindOf(name);
  if (kind !== undefined) {
    if (equals !== -1) add(name, word.slice(equals + 1));
    else if (kind !== 'flag' && kind !== 'optional') {
      add(name, following);
      return 1;
    }
    return 0;
  }
  const short = /^-[^-]./.test(word) ? word.slice(0, 2) : undefined;
  const shortKind = short === undefined ? undefined : kindOf(short);
  if (short !== undefined && shortKind !== undefined && shortKind !== 'flag') add(short, word.slice(2));
  else if (
    short === undefined ||
    [...word.slice(1)].some((letter) => !isFlag(kindOf(`-${letter}`)) && !/\d/.test(letter))
  )
    read.isSure = false;
  return 0;
}

function isFlag(kind: string | undefined): boolean {
  return kind === 'flag' || kind === 'optional';
}
