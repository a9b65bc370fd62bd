import type { ProgramSpec } from '../protocol/program-spec.ts';
import { judgeBuiltin, SHELL_ONLY } from './builtins.ts';
import { type FindExec, fillFound, splitFindExec } from './find-exec.ts';
import { withFloors } from './floors.ts';
import type { CommandContext } from './kinds.ts';
import type { Note } from './notes.ts';
import type { PathJudge } from './paths.ts';
import { judgeProgram, programName } from './programs.ts';
import { judgeRemote } from './remote.ts';
import { allowed, asks, denied, type Ruling } from './ruling.ts';
import type { SpecBook } from './spec-book.ts';
import type { Arg } from './words.ts';
import { unwrap, unwrapPrivilege } from './wrappers.ts';

export interface WalkOptions {
  specs: SpecBook;
  paths: PathJudge;
  home: string;
  isDeclaredEndpoint(url: string): boolean;
  /** On which commands may be run, as they are judged. */
  remoteHosts: readonly string[];
  /** What settings put into the environment of commands. */
  environment: Readonly<Record<string, string>>;
  /** Absent: nobody wants to be told what was looked at. */
  notes?: Note[];
}

const INTERPRETERS = new Set(
  'sh bash dash zsh ksh mksh ash fish csh tcsh busybox python python2 python3 perl ruby node nodejs deno bun php lua tclsh expect R Rscript ghci osascript pwsh sqlite3 psql mysql mariadb'.split(
    ' ',
  ),
);
const PRIVILEGE = new Set(
  'sudo doas su pkexec run0 runuser setpriv capsh chroot nsenter unshare systemd-run'.split(' '),
);

/** Judges one command; `commands` receives its words and those of what it wraps. */
export function judgeCommand(
  args: readonly Arg[],
  folders: readonly string[],
  isPiped: boolean,
  commands: string[][],
  options: WalkOptions,
): Ruling {
  const [word, ...rest] = args;
  if (word === undefined) return asks('shell:empty', 'there is no command');
  const named = programName(word);
  if ('ruling' in named) return named.ruling;
  const { name } = named;
  commands.push([name, ...rest.map((arg) => arg.text)]);
  const strange =
    name === 'echo' || name === 'printf' ? undefined : rest.find((arg) => looksLikeOption(arg.text));
  if (strange !== undefined) {
    return denied('characters:look-alike', `the option ${JSON.stringify(strange.text)} is not plain ASCII`);
  }
  const mixed = rest.find((arg) => mixesScripts(arg.text));
  if (mixed !== undefined) {
    return asks('characters:look-alike', `${JSON.stringify(mixed.text)} mixes letters that look alike`);
  }
  if (isPiped && INTERPRETERS.has(name)) {
    return denied('floor:pipe-to-interpreter', `what is piped into ${name} would be run as a program`);
  }
  const context: CommandContext = {
    program: name,
    cwds: folders,
    paths: options.paths,
    isDeclaredEndpoint: options.isDeclaredEndpoint,
    ownEndpoint: ownEndpointOf(options.specs.get(name), options.environment),
    ...(options.notes === undefined ? {} : { notes: options.notes }),
  };
  const settled = judgePrivilege(name, rest, context, isPiped, commands, options);
  if (settled?.isSettled === true) return settled.ruling;
  const ruling = settled?.ruling ?? judgeNamed(name, rest, context, isPiped, commands, options);
  return ruling.verdict === 'allow' || ruling.effect === 'observe'
    ? ruling
    : withFloors(ruling, rest, context);
}

/** undefined: not about other rights. `isSettled`: its words were judged, so that no floor need look at them again. */
function judgePrivilege(
  name: string,
  rest: readonly Arg[],
  context: CommandContext,
  isPiped: boolean,
  commands: string[][],
  options: WalkOptions,
): { ruling: Ruling; isSettled: boolean } | undefined {
  if (!PRIVILEGE.has(name)) return undefined;
  // What is denied without other rights is denied with them.
  const wrapped = unwrapPrivilege(name, rest);
  const inner = wrapped === undefined ? undefined : judgeInner(wrapped, context, isPiped, commands, options);
  if (inner?.verdict === 'deny') return { ruling: inner, isSettled: true };
  const ruling = asks(
    'privilege',
    `${name} runs a command with other rights or in another place; steward does not judge that`,
  );
  return { ruling, isSettled: inner?.verdict === 'allow' };
}

function ownEndpointOf(
  spec: ProgramSpec | undefined,
  environment: WalkOptions['environment'],
): string | undefined {
  const target = spec?.target;
  return target?.kind === 'endpoint' ? (environment[target.variable ?? ''] ?? target.otherwise) : undefined;
}

function judgeNamed(
  name: string,
  rest: readonly Arg[],
  context: CommandContext,
  isPiped: boolean,
  commands: string[][],
  options: WalkOptions,
): Ruling {
  const builtin = judgeBuiltin(name, rest);
  if (builtin !== undefined) return builtin;
  if (name === 'steward') return denied('floor:steward', 'steward is not run by steward');
  if (name === 'command') {
    if (rest[0]?.kind === 'literal' && /^-[vV]$/.test(rest[0].text)) {
      return rest.slice(1).every((arg) => arg.kind === 'literal')
        ? allowed('builtin:command')
        : asks('operand:command', 'command -v needs literal names');
    }
    return judgeInner(rest, context, isPiped, commands, options);
  }
  const wrapped = unwrap(name, rest);
  if (wrapped !== undefined) {
    options.notes?.push({ kind: 'wrapper', program: name });
    return 'ruling' in wrapped
      ? wrapped.ruling
      : judgeInner(wrapped.inner, context, isPiped, commands, options);
  }
  if (name === 'ssh') {
    // Its words are of another machine: they are not among those that are looked up here.
    const remote = judgeRemote(rest, context, options.remoteHosts, (inner, { paths }) =>
      judgeInner(inner, { ...context, cwds: ['/'] }, false, [], { ...options, paths }),
    );
    if (remote !== undefined) return remote;
  }
  const spec = options.specs.get(name);
  if (spec?.syntax === 'find') {
    const split = splitFindExec(rest);
    const inner = split === undefined ? undefined : judgeFound(split, context, isPiped, commands, options);
    return inner?.verdict === 'deny'
      ? inner
      : judgeProgram(spec, inner === undefined ? rest : (split?.rest ?? rest), context);
  }
  if (spec !== undefined) {
    const ruling = judgeProgram(spec, rest, context);
    return spec.repository !== undefined && ruling.verdict === 'allow'
      ? judgeRepository(ruling, spec.repository.except, rest, context)
      : ruling;
  }
  if (INTERPRETERS.has(name)) return asks('interpreter', `${name} can run anything`);
  return asks('unknown-program', `steward has no specification of ${name}`);
}

/** It only looks, unless the repository has it start something. */
function judgeRepository(
  ruling: Ruling,
  except: readonly string[],
  rest: readonly Arg[],
  { cwds, paths }: CommandContext,
): Ruling {
  let folders = cwds;
  let at = 0;
  for (; rest[at]?.text.startsWith('-') === true; at += 1) {
    if (rest[at]?.text !== '-C') continue;
    at += 1;
    const next = rest[at]?.text ?? '';
    folders = next.startsWith('/') ? [next] : folders.map((folder) => `${folder}/${next}`);
  }
  const verb = rest[at];
  if (verb?.kind === 'literal' && except.includes(verb.text)) return ruling;
  const why = paths.programOf(folders);
  return why === undefined ? ruling : asks('repository-program', why);
}

/** What find runs: denied, allowed, or undefined where it would have to be asked about. */
function judgeFound(
  { commands: inner, names, files, starts }: FindExec,
  context: CommandContext,
  isPiped: boolean,
  commands: string[][],
  options: WalkOptions,
): Ruling | undefined {
  const judge = (found: readonly Arg[], into: string[][]): Ruling[] =>
    inner.flatMap((command) =>
      found.map((arg) => judgeInner(fillFound(command, arg), context, isPiped, into, options)),
    );
  const isAllowed = (rulings: readonly Ruling[]): boolean =>
    rulings.every(({ verdict }) => verdict === 'allow');
  const byName = judge(names, commands);
  const denied = byName.find(({ verdict }) => verdict === 'deny');
  if (denied !== undefined || isAllowed(byName)) return denied ?? byName[0];
  const isReadable = starts.every((start) => options.paths.check(start, context.cwds, 'tree') === undefined);
  if (files === null || !isReadable) return undefined;
  const byContent = judge(files, []);
  return isAllowed(byContent) ? byContent[0] : undefined;
}

/** What a wrapper runs is a program, never a command that changes the shell. */
function judgeInner(
  inner: readonly Arg[],
  context: CommandContext,
  isPiped: boolean,
  commands: string[][],
  options: WalkOptions,
): Ruling {
  const [first] = inner;
  if (first?.kind === 'literal' && SHELL_ONLY.has(first.text)) {
    return asks(
      'wrapped-builtin',
      `${first.text} is a command of the shell and is not judged inside another`,
    );
  }
  return judgeCommand(inner, context.cwds, isPiped, commands, options);
}

/** Latin beside Cyrillic or Greek in one run of letters: not how people write, but how names are forged. */
function mixesScripts(text: string): boolean {
  // Nearly every word is plain ASCII.
  if (!/[^ -~]/.test(text)) return false;
  return (text.match(/\p{L}+/gu) ?? []).some(
    (run) =>
      /\p{Script=Latin}/u.test(run) && /\p{Script=Cyrillic}|\p{Script=Greek}|\p{Script=Armenian}/u.test(run),
  );
}

/** A long option with a foreign letter, or a word that starts with a dash that is none. */
function looksLikeOption(text: string): boolean {
  if (/^--[^=\s]*[^\x20-\x7e=\s]/.test(text)) return true;
  return text.charCodeAt(0) > 0x7f && /^[\p{Pd}\u2212]/u.test(text);
}
