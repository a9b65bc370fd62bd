import { isHarmlessAssignment } from './builtins.ts';
import { asks, type Ruling } from './ruling.ts';
import { type Arg, literalArg } from './words.ts';

/** What a program that runs another one makes of its words: the inner command, or why it cannot be judged. */
export type Unwrapped = { inner: Arg[] } | { ruling: Ruling };

interface Wrapper {
  flags: RegExp;
  /** Options that take the next word. */
  values: RegExp;
  /** Words before the inner command, e.g. timeout's duration. */
  operand?: RegExp;
}

const WRAPPERS: Record<string, Wrapper> = {
  timeout: {
    flags: /^(?:--foreground|--preserve-status|-v|--verbose|-[ks][\w.]+|--(?:kill-after|signal)=[\w.]+)$/,
    values: /^(?:-k|-s|--kill-after|--signal)$/,
    operand: /^\d+(?:\.\d+)?[smhd]?$/,
  },
  nice: { flags: /^(?:-n-?\d+|-\d+|--adjustment=-?\d+)$/, values: /^-n$/ },
  ionice: { flags: /^(?:-c\d|-n\d|-t|--ignore)$/, values: /^(?:-c|-n|--class|--classdata)$/ },
  nohup: { flags: /^$/, values: /^$/ },
  stdbuf: { flags: /^(?:-[ioe](?:L|\d+)|--(?:input|output|error)=(?:L|\d+))$/, values: /^-[ioe]$/ },
  time: { flags: /^(?:-p|-v)$/, values: /^$/ },
};

/** undefined: not a wrapper that is modelled. */
export function unwrap(name: string, args: readonly Arg[]): Unwrapped | undefined {
  if (name === 'env') return unwrapEnv(args);
  if (name === 'xargs') return unwrapXargs(args);
  if (name === 'watch') return unwrapWatch(args);
  // The same programs, built in.
  if (name === 'k3s' && args[0]?.kind === 'literal' && /^(?:kubectl|crictl)$/.test(args[0].text)) {
    return { inner: [...args] };
  }
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper === undefined) return undefined;
  let at = 0;
  for (; ; at++) {
    const arg = args[at];
    if (arg?.kind !== 'literal' || !arg.text.startsWith('-')) break;
    if (wrapper.flags.test(arg.text)) continue;
    if (!wrapper.values.test(arg.text)) return { ruling: unknownOption(name, arg) };
    const value = args[++at];
    if (value?.kind !== 'literal' || !/^-?[\w.]+$/.test(value.text))
      return { ruling: unknownOption(name, arg) };
  }
  if (wrapper.operand !== undefined) {
    const operand = args[at++];
    if (operand?.kind !== 'literal' || !wrapper.operand.test(operand.text)) {
      return { ruling: asks(`operand:${name}`, `${name} needs a literal number first`) };
    }
  }
  return innerFrom(name, args.slice(at));
}

function innerFrom(name: string, inner: Arg[]): Unwrapped {
  if (inner.length === 0)
    return { ruling: asks(`operand:${name}`, `${name} lacks the command it should run`) };
  return { inner };
}

function unwrapEnv(args: readonly Arg[]): Unwrapped {
  let at = 0;
  for (; ; at++) {
    const arg = args[at];
    if (arg === undefined)
      return { ruling: asks('environment', 'env prints the environment, which may hold secrets', 'observe') };
    if (arg.kind !== 'literal') break;
    const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(arg.text);
    if (assignment !== null) {
      if (!isHarmlessAssignment(assignment[1] ?? '', assignment[2] ?? '')) {
        return { ruling: asks('assignment', `setting ${assignment[1]} may change what a program does`) };
      }
    } else if (arg.text.startsWith('-') || arg.text.includes('='))
      return { ruling: unknownOption('env', arg) };
    else break;
  }
  return innerFrom('env', args.slice(at));
}

/** watch gives its words, with blanks between them, to `sh -c`: the same words when nothing in them is special. */
function unwrapWatch(args: readonly Arg[]): Unwrapped {
  let at = 0;
  for (; ; at++) {
    const arg = args[at];
    if (arg?.kind !== 'literal' || !arg.text.startsWith('-')) break;
    if (
      /^(?:-[bcdegptwx]+|-n[\d.]+|--(?:differences|no-title|precise|color|chgexit|errexit|exec|no-wrap|interval=[\d.]+))$/.test(
        arg.text,
      )
    )
      continue;
    const value = args[++at];
    if (!/^(?:-n|--interval)$/.test(arg.text) || value?.kind !== 'literal' || !/^[\d.]+$/.test(value.text))
      return { ruling: unknownOption('watch', arg) };
  }
  const words: string[] = [];
  for (const arg of args.slice(at)) {
    if (arg.kind !== 'literal' || !/^[\w ./:@%+,=-]+$/.test(arg.text)) {
      return {
        ruling: asks('operand:watch', 'watch gives its words to a shell; only plain ones are judged'),
      };
    }
    words.push(...arg.text.split(' ').filter((word) => word !== ''));
  }
  return innerFrom('watch', words.map(literalArg));
}

/** The inner command gets words that nobody knows: any number of them, or one in place of `-I`'s marker. */
function unwrapXargs(args: readonly Arg[]): Unwrapped {
  let marker: string | undefined;
  let at = 0;
  for (; ; at++) {
    const arg = args[at];
    if (arg?.kind !== 'literal' || !arg.text.startsWith('-')) break;
    if (
      /^(?:-[0rt]+|--null|--no-run-if-empty|--verbose|-[nPL]\d+|--max-(?:args|procs|lines)=\d+|-d.+)$/s.test(
        arg.text,
      )
    )
      continue;
    if (!/^-[nPLdI]$/.test(arg.text)) {
      const attached = /^-I(\S+)$/.exec(arg.text)?.[1];
      if (attached === undefined) return { ruling: unknownOption('xargs', arg) };
      marker = attached;
      continue;
    }
    const value = args[++at];
    if (value?.kind !== 'literal' || value.text === '') return { ruling: unknownOption('xargs', arg) };
    if (arg.text === '-I') marker = value.text;
  }
  const command = args.slice(at);
  if (command.length === 0) return { ruling: asks('operand:xargs', 'xargs without a command is not judged') };
  if (marker === undefined)
    return { inner: [...command, { kind: 'dynamic', text: '', isNumber: false, isSplit: true }] };
  const replaced = command.map((arg): Arg => {
    if (marker === undefined || !arg.text.includes(marker)) return arg;
    const text = arg.text.slice(0, arg.text.indexOf(marker));
    return { kind: 'dynamic', text, isNumber: false, isSplit: arg.isSplit };
  });
  return { inner: replaced };
}

/** The command behind sudo or doas, only to see whether it would be denied anyway. undefined: not to be told. */
export function unwrapPrivilege(name: string, args: readonly Arg[]): Arg[] | undefined {
  if (name !== 'sudo' && name !== 'doas') return undefined;
  let at = 0;
  for (; ; at++) {
    const arg = args[at];
    if (arg?.kind !== 'literal') return undefined;
    if (arg.text === '--') return args.slice(at + 1);
    if (/^[A-Za-z_]\w*=/.test(arg.text)) continue;
    if (!arg.text.startsWith('-')) return args.slice(at);
    if (
      /^-[A-Za-z]*[ugphCTrtUDRac]$/.test(arg.text) ||
      /^--(?:user|group|prompt|host|chdir|chroot|role|type)$/.test(arg.text)
    )
      at++;
  }
}

function unknownOption(name: string, arg: Arg): Ruling {
  return asks(`unknown-option:${name}`, `${name} with ${JSON.stringify(arg.text)} is not judged`);
}
