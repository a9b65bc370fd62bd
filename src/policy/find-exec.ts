import { escapePattern } from './glob.ts';
import { type Arg, literalArg } from './words.ts';

/** `find … -exec COMMAND {} +`, taken apart. */
export interface FindExec {
  /** What is left of find's own words. */
  rest: Arg[];
  commands: FoundCommand[];
  /** What find may put in place of `{}`, one for every starting point: enough where only names are looked at. */
  names: Arg[];
  /** The same where content is read: patterns, beside the trees that are read. null: a link may lead anywhere. */
  files: Arg[] | null;
  starts: string[];
}

export interface FoundCommand {
  words: Arg[];
  /** `+`: it gets as many names at once as fit. */
  isMany: boolean;
}

/** undefined: it runs nothing, or in a way that is not understood. Then find's own words say why. */
export function splitFindExec(args: readonly Arg[]): FindExec | undefined {
  const rest: Arg[] = [];
  const commands: FoundCommand[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg?.kind !== 'literal' || arg.text !== '-exec') {
      if (arg !== undefined) rest.push(arg);
      continue;
    }
    const end = endOfCommand(args, at + 1);
    if (end === undefined) return undefined;
    commands.push({ words: args.slice(at + 1, end), isMany: args[end]?.text === '+' });
    at = end;
  }
  if (commands.length === 0 || commands.some(({ words }) => words.length === 0)) return undefined;
  return { rest, commands, ...foundBy(rest) };
}

/** Its `;`, or the `+` right after `{}`. */
function endOfCommand(args: readonly Arg[], from: number): number | undefined {
  for (let at = from; at < args.length; at++) {
    const arg = args[at];
    if (arg?.kind !== 'literal') continue;
    if (arg.text === ';') return at;
    const before = args[at - 1];
    if (arg.text === '+' && at > from && before?.kind === 'literal' && before.text === '{}') return at;
  }
  return undefined;
}

/**
 * What find names begins with a starting point, so that it is no option. Only of regular files is the name also where
 * their content is.
 */
function foundBy(rest: readonly Arg[]): Pick<FindExec, 'names' | 'files' | 'starts'> {
  const isTest = ({ kind, text }: Arg): boolean => kind === 'literal' && /^(?:-(?![HLPO])|[(),!])/.test(text);
  const firstTest = rest.findIndex(isTest);
  const words = firstTest === -1 ? rest : rest.slice(0, firstTest);
  const tests = firstTest === -1 ? [] : rest.slice(firstTest).map(({ text }) => text);
  const given = words.filter(({ kind, text }) => kind !== 'literal' || !/^-[HLPO]/.test(text));
  const starts = given.length === 0 ? [literalArg('.')] : given;
  const names = starts.map(({ text }) => dynamicArg(text, false));
  const isLiteral = starts.every(({ kind }) => kind === 'literal');
  const follows = words.some(({ text }) => text === '-L') || tests.includes('-follow');
  const isFile = tests.some((text, index) => text === '-type' && tests[index + 1] === 'f');
  if (!isLiteral || follows || !isFile || !isConjunction(tests)) return { names, files: null, starts: [] };
  const files = starts.flatMap(({ text }) =>
    nameTests(tests).map((name): Arg => {
      const pattern = `${escapePattern(text.replace(/\/+$/, ''))}/${name}`;
      return { kind: 'pattern', text: pattern, isNumber: false, isSplit: false };
    }),
  );
  return { names, files, starts: starts.map(({ text }) => text) };
}

/** All tests must hold, so that each of them narrows what is found. */
function isConjunction(tests: readonly string[]): boolean {
  return !tests.some((text) => ['-o', '-or', ',', '!', '-not', '(', ')'].includes(text));
}

/** `-name '*.conf'` is a pattern of the shell's, but for a dot in front, which find lets it match. */
function nameTests(tests: readonly string[]): string[] {
  const given = tests[tests.indexOf('-name') + 1];
  const name = tests.includes('-name') && given !== undefined && /^[\w.*?-]+$/.test(given) ? given : '*';
  return /^[*?]/.test(name) ? [name, name.replace(/^\*/, '.*').replace(/^\?/, '.')] : [name];
}

/** A name in the midst of a word makes a word of which only the beginning is known. */
export function fillFound({ words, isMany }: FoundCommand, found: Arg): Arg[] {
  return words.map((arg) => {
    if (!arg.text.includes('{}')) return arg;
    if (arg.kind === 'literal' && arg.text === '{}') return { ...found, isMany };
    return dynamicArg(arg.text.slice(0, arg.text.indexOf('{}')), arg.isSplit);
  });
}

function dynamicArg(text: string, isSplit: boolean): Arg {
  return { kind: 'dynamic', text, isNumber: false, isSplit };
}
