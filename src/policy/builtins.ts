import { isFreeVariable } from './free-variable.ts';
import { allowed, asks, type Ruling } from './ruling.ts';
import type { Arg } from './words.ts';

/**
 * Bash's own commands. Several of them evaluate text as code (an array index in a name is arithmetic, and arithmetic
 * can hold a command), which is why names must be literal and plain.
 */
export function judgeBuiltin(name: string, args: readonly Arg[]): Ruling | undefined {
  switch (name) {
    case 'echo':
    case 'true':
    case 'false':
    case ':':
      return allowed(`builtin:${name}`);
    case 'printf':
      return judgePrintf(args);
    case 'test':
      return judgeTest(name, args);
    case '[': {
      const last = args.at(-1);
      if (last?.kind !== 'literal' || last.text !== ']') return asks('syntax:[', '`[` lacks its `]`');
      return judgeTest(name, args.slice(0, -1));
    }
    case 'pwd':
      return onlyLiterals(name, args, /^-[LP]$/, 1);
    case 'type':
      return onlyLiterals(name, args, /^(?:-[aftpP]+|[\w.+[-]+)$/, 16);
    case 'exit':
    case 'break':
    case 'continue':
      return args.length <= 1 &&
        args.every((arg) => arg.isNumber || (arg.kind === 'literal' && /^\d+$/.test(arg.text)))
        ? allowed(`builtin:${name}`)
        : asks(`operand:${name}`, `${name} takes one number`);
    case 'set':
      if (args.length === 0) return asks('environment', 'set prints every variable');
      return onlyLiterals(name, args, /^(?:[-+][euf]+|-[euf]*o|pipefail|errexit|nounset)$/, 4);
    case 'ulimit':
      return onlyLiterals(name, args, /^-[aHSbcdefilmnpqrstuvx]+$/, 1);
    default:
      return undefined;
  }
}

/** Those that are not programs too, and so need a shell around them. */
export const SHELL_ONLY: ReadonlySet<string> = new Set([
  ':',
  'type',
  'exit',
  'break',
  'continue',
  'set',
  'ulimit',
  'cd',
  'read',
  'command',
]);

function onlyLiterals(name: string, args: readonly Arg[], pattern: RegExp, most: number): Ruling {
  const fits = args.every((arg) => arg.kind === 'literal' && pattern.test(arg.text));
  return fits && args.length <= most
    ? allowed(`builtin:${name}`)
    : asks(`operand:${name}`, `${name} with these words is not known to be harmless`);
}

/** `-v` and `%n` write to a variable whose name is evaluated. */
function judgePrintf(args: readonly Arg[]): Ruling {
  const format = args[0]?.kind === 'literal' && args[0].text === '--' ? args[1] : args[0];
  if (format?.kind !== 'literal' || (format.text.startsWith('-') && format === args[0])) {
    return asks('operand:printf', 'printf needs a literal format first, and no options');
  }
  if (/%[^A-Za-z%]*[hlLjzt]*n/.test(format.text)) {
    return asks('operand:printf', "printf's %n sets a variable");
  }
  return allowed('builtin:printf');
}

const UNARY = /^-[abcdefghknprstuwxzGLNOS]$/;
const BINARY = /^(?:=|==|!=|<|>|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/;

/**
 * Only the forms of one, two and three words, with a literal operator: with more, bash may take an operand for an
 * operator, and `-v` evaluates its operand.
 */
function judgeTest(name: string, all: readonly Arg[]): Ruling {
  const isNegated = all.length > 1 && all[0]?.kind === 'literal' && all[0].text === '!';
  const args = isNegated ? all.slice(1) : all;
  const [first, second] = args;
  const literal = (arg: Arg | undefined): string => (arg?.kind === 'literal' ? arg.text : '');
  const isFixed = args.every((arg) => !arg.isSplit && arg.kind !== 'pattern');
  const fits =
    args.length <= 1 ||
    (args.length === 2 && UNARY.test(literal(first))) ||
    (args.length === 3 && BINARY.test(literal(second)));
  return isFixed && fits
    ? allowed(`builtin:${name}`)
    : asks(`operand:${name}`, 'a test is judged in its forms of up to three quoted words');
}

/** Names that `read` would set, or why it cannot be allowed. */
export function judgeRead(args: readonly Arg[]): { names: string[] } | { ruling: Ruling } {
  const names: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg?.kind !== 'literal') return { ruling: asks('operand:read', 'read needs literal names') };
    if (arg.text === '-r' || arg.text === '-s') continue;
    if (/^-r?[dtnNp]$/.test(arg.text)) {
      const value = args[++i];
      if (value?.kind !== 'literal')
        return { ruling: asks('operand:read', "read's option needs a literal value") };
      continue;
    }
    if (!isFreeVariable(arg.text)) {
      return { ruling: asks('operand:read', `read into ${JSON.stringify(arg.text)} is not judged`) };
    }
    names.push(arg.text);
  }
  return { names: names.length === 0 ? ['REPLY'] : names };
}

/** Assignments before a command that change how it prints, and nothing else. */
export function isHarmlessAssignment(name: string, value: string): boolean {
  switch (name) {
    case 'LC_ALL':
    case 'LANG':
    case 'LANGUAGE':
    case 'LC_TIME':
    case 'LC_MESSAGES':
    case 'LC_COLLATE':
    case 'LC_CTYPE':
    case 'LC_NUMERIC':
      return /^(?:C|POSIX|C\.UTF-8|C\.utf8|en_(?:US|GB)(?:\.UTF-8|\.utf8)?)$/.test(value);
    case 'TZ':
      return /^(?:[A-Z]{3,4}(?:[+-]?\d{1,2})?|[A-Z][A-Za-z]+\/[A-Z][A-Za-z_]+)$/.test(value);
    case 'NO_COLOR':
    case 'COLUMNS':
    case 'LINES':
    case 'SYSTEMD_COLORS':
    case 'SYSTEMD_URLIFY':
      return /^\d{0,4}$/.test(value);
    case 'PAGER':
    case 'GIT_PAGER':
    case 'SYSTEMD_PAGER':
    case 'MANPAGER':
      return value === '' || value === 'cat';
    case 'TERM':
      return value === 'dumb';
    default:
      return false;
  }
}
