import { assignedNames } from './assigned-names.ts';
import { isHarmlessAssignment, judgeRead, SHELL_ONLY } from './builtins.ts';
import { judgeCommand, type WalkOptions } from './commands.ts';
import { isFreeVariable } from './free-variable.ts';
import type { Note } from './notes.ts';
import { normalise } from './paths.ts';
import { printList } from './print.ts';
import { allowed, asks, combine, type Ruling } from './ruling.ts';
import type { CommandNode, List, Pipeline, Redirect, Stage, Word } from './tree.ts';
import { type Arg, evaluateWord, literalArg, UNKNOWN, type Value } from './words.ts';

/** One judged part of a line. */
export interface Part {
  ruling: Ruling;
  /**
   * The words of a simple command and of what it wraps, outermost first, for permission rules. Empty for anything
   * else (a redirection, an assignment): no permission rule can speak for those.
   */
  commands: string[][];
  /** Every word is literal. */
  isLiteral: boolean;
  /** What a redirection writes, as it says. */
  writes?: string[];
  /** What was judged, and what was looked at for it: only when notes are kept. */
  about?: CommandNode | Redirect;
  notes?: Note[];
}

/** Judges every part of a tree. Never stops at the first answer. */
export function judgeList(list: List, cwd: string, options: WalkOptions): Part[] {
  const walker: Walker = { ...options, parts: [] };
  walkList(
    list,
    { folders: { list: [normalise(cwd)] }, variables: new Map(), isLoop: false, isCertain: true },
    walker,
  );
  return walker.parts;
}

export function judgeArgv(argv: readonly string[], cwd: string, options: WalkOptions): Part[] {
  const walker: Walker = { ...options, parts: [] };
  const args = argv.map(literalArg);
  const commands: string[][] = [];
  const name = argv[0] ?? '';
  const ruling = SHELL_ONLY.has(name)
    ? asks('shell-only', `${name} is a command of the shell, not a program`)
    : judgeCommand(args, [normalise(cwd)], false, commands, walker);
  return [{ ruling, commands, isLiteral: true }];
}

interface Walker extends WalkOptions {
  parts: Part[];
}

interface Scope {
  /** Every folder that may be the working directory here. Shared by all that runs in the same shell. */
  folders: { list: string[] };
  variables: Map<string, Value>;
  isLoop: boolean;
  /** What is assigned here is assigned for what follows. */
  isCertain: boolean;
}

function fork(scope: Scope): Scope {
  return { ...scope, folders: { list: [...scope.folders.list] }, variables: new Map(scope.variables) };
}

function branch(scope: Scope): Scope {
  return { ...scope, variables: new Map(scope.variables), isCertain: true };
}

function walkList(list: List, scope: Scope, walker: Walker): void {
  for (const item of list.items) {
    for (const [i, { pipeline }] of item.parts.entries()) {
      walkPipeline(pipeline, i === 0 ? scope : { ...scope, isCertain: false }, walker);
    }
  }
}

function walkPipeline(pipeline: Pipeline, scope: Scope, walker: Walker): void {
  const isAlone = pipeline.stages.length === 1;
  for (const [i, stage] of pipeline.stages.entries()) {
    walkStage(stage, isAlone ? scope : fork(scope), i > 0, walker);
  }
}

function walkStage(stage: Stage, scope: Scope, isPiped: boolean, walker: Walker): void {
  for (const redirect of stage.redirects) walkRedirect(redirect, scope, walker);
  const node = stage.node;
  switch (node.kind) {
    case 'simple':
      walkSimple(node, scope, isPiped, walker);
      return;
    case 'group':
      walkList(node.body, scope, walker);
      return;
    case 'subshell':
      walkList(node.body, fork(scope), walker);
      return;
    case 'inner': {
      // Rules may speak of the shell itself; otherwise its line decides.
      const commands = [[node.program, '-c', printList(node.body)]];
      addPart(walker, { ruling: allowed(`wrapper:${node.program}`), commands, isLiteral: true }, node);
      walkList(node.body, { ...fork(scope), variables: new Map(), isLoop: false, isCertain: true }, walker);
      return;
    }
    case 'if': {
      for (const { test, body } of node.branches) {
        walkList(test, branch(scope), walker);
        walkList(body, branch(scope), walker);
      }
      if (node.otherwise !== null) walkList(node.otherwise, branch(scope), walker);
      break;
    }
    case 'case':
      walkCase(node, scope, walker);
      break;
    case 'for':
      walkFor(node, scope, walker);
      break;
    case 'while': {
      const inner = loopScope(node, scope);
      walkList(node.test, inner, walker);
      walkList(node.body, inner, walker);
      break;
    }
  }
  for (const name of assignedNames(node)) scope.variables.set(name, UNKNOWN);
}

function walkCase(node: Extract<CommandNode, { kind: 'case' }>, scope: Scope, walker: Walker): void {
  walkSubstitutions(node.word, scope, walker);
  const found = evaluateWord(node.word, lookUpIn(scope, walker));
  if ('unset' in found) addRuling(walker, unsetVariable(found.unset), node);
  for (const { body } of node.items) if (body !== null) walkList(body, branch(scope), walker);
  addRuling(walker, allowed('shell:case'), node);
}

/** In a loop, what a later command assigns is seen by an earlier one the next time round. */
function loopScope(node: CommandNode, scope: Scope): Scope {
  const inner = { ...branch(scope), isLoop: true };
  for (const name of assignedNames(node)) inner.variables.set(name, UNKNOWN);
  return inner;
}

function walkFor(node: Extract<CommandNode, { kind: 'for' }>, scope: Scope, walker: Walker): void {
  if (!isFreeVariable(node.name)) addRuling(walker, refusedVariable(node.name), node);
  const values: Value[] = [];
  for (const word of node.words) {
    walkSubstitutions(word, scope, walker);
    const found = evaluateWord(word, lookUpIn(scope, walker));
    if ('unset' in found) {
      addRuling(walker, unsetVariable(found.unset), node);
      continue;
    }
    for (const arg of found.args) values.push(valueOfArg(arg));
  }
  const inner = loopScope(node, scope);
  inner.variables.set(node.name, union(values));
  walkList(node.body, inner, walker);
}

function valueOfArg(arg: Arg): Value {
  if (arg.kind === 'literal') return { kind: 'known', texts: [arg.text] };
  return arg.kind === 'pattern' ? { kind: 'pattern', pattern: arg.text } : UNKNOWN;
}

function union(values: Value[]): Value {
  const [first] = values;
  if (values.length === 1 && first !== undefined) return first;
  const texts: string[] = [];
  for (const value of values) {
    if (value.kind !== 'known') return UNKNOWN;
    texts.push(...value.texts);
  }
  return { kind: 'known', texts: [...new Set(texts)] };
}

function walkSimple(
  node: Extract<CommandNode, { kind: 'simple' }>,
  scope: Scope,
  isPiped: boolean,
  walker: Walker,
): void {
  for (const { value } of node.assignments) walkSubstitutions(value, scope, walker);
  for (const word of node.words) walkSubstitutions(word, scope, walker);
  if (node.words.length === 0) {
    walkAssignments(node, scope, walker);
    return;
  }

  for (const { name, value } of node.assignments) {
    const text =
      value.pieces.length === 1 && value.pieces[0]?.kind === 'text' ? value.pieces[0].value : undefined;
    if (text === undefined || !isHarmlessAssignment(name, text)) {
      addRuling(walker, asks('assignment', `setting ${name} for a command may change what it does`), node);
    }
  }
  const alternatives: Arg[][] = [];
  for (const word of node.words) {
    const found = evaluateWord(word, lookUpIn(scope, walker));
    if ('unset' in found) {
      addRuling(walker, unsetVariable(found.unset), node);
      return;
    }
    alternatives.push(found.args);
  }
  const lines = product(alternatives);
  if (lines === undefined) {
    addRuling(walker, asks('limit:alternatives', 'the loop gives too many combinations'), node);
    return;
  }
  const rulings: Ruling[] = [];
  const commands: string[][] = [];
  for (const args of lines) {
    const special = judgeStateful(args, scope, walker);
    rulings.push(special ?? judgeCommand(args, scope.folders.list, isPiped, commands, walker));
    if (special !== undefined) commands.push(args.map((arg) => arg.text));
  }
  const isLiteral = alternatives.every((args) => args.length === 1 && args[0]?.kind === 'literal');
  addPart(walker, { ruling: combine(rulings), commands, isLiteral }, node);
}

function walkAssignments(node: Extract<CommandNode, { kind: 'simple' }>, scope: Scope, walker: Walker): void {
  for (const { name, value } of node.assignments) {
    if (!isFreeVariable(name)) {
      addRuling(walker, refusedVariable(name), node);
      continue;
    }
    const found = evaluateWord(value, lookUpIn(scope, walker));
    if ('unset' in found) {
      addRuling(walker, unsetVariable(found.unset), node);
      continue;
    }
    const isPattern = found.args.some((arg) => arg.kind === 'pattern');
    scope.variables.set(name, scope.isCertain && !isPattern ? union(found.args.map(valueOfArg)) : UNKNOWN);
    addRuling(walker, allowed('shell:assignment'), node);
  }
}

/** `cd` and `read` change what later words mean. undefined: neither of them. */
function judgeStateful(args: readonly Arg[], scope: Scope, walker: Walker): Ruling | undefined {
  const [name, ...rest] = args;
  if (name?.kind !== 'literal') return undefined;
  if (name.text === 'read') {
    const read = judgeRead(rest);
    if ('ruling' in read) return read.ruling;
    for (const target of read.names) scope.variables.set(target, UNKNOWN);
    return allowed('builtin:read');
  }
  if (name.text !== 'cd') return undefined;
  const words = rest[0]?.kind === 'literal' && rest[0].text === '--' ? rest.slice(1) : rest;
  const [target] = words;
  if (words.length !== 1 || target?.kind !== 'literal' || target.text.startsWith('-') || target.text === '') {
    return asks('operand:cd', 'cd is judged with one literal folder');
  }
  if (scope.isLoop) return asks('operand:cd', 'cd in a loop is not judged');
  const ruling = walker.paths.check(target.text, scope.folders.list, 'folder');
  const next = scope.folders.list.map((folder) =>
    target.text.startsWith('/') ? target.text : `${folder}/${target.text}`,
  );
  // Whether it succeeds is not known, so both the old and the new folder stay possible.
  scope.folders.list = [...new Set([...scope.folders.list, ...next])];
  if (scope.folders.list.length > 16) return asks('operand:cd', 'cd too often in one line');
  return ruling ?? allowed('builtin:cd');
}

function walkRedirect(redirect: Redirect, scope: Scope, walker: Walker): void {
  if (redirect.kind === 'duplicate') return;
  const word = redirect.kind === 'text' ? redirect.value : redirect.target;
  walkSubstitutions(word, scope, walker);
  const found = evaluateWord(word, lookUpIn(scope, walker));
  if ('unset' in found) {
    addRuling(walker, unsetVariable(found.unset), redirect);
    return;
  }
  if (redirect.kind === 'text') return;
  for (const arg of found.args) {
    const isInput = redirect.kind === 'input';
    if (arg.kind !== 'literal') {
      const isSubstitution = isInput && word.pieces.length === 1 && word.pieces[0]?.kind === 'process';
      if (!isSubstitution)
        addRuling(walker, asks('redirect:dynamic', 'a redirection needs a literal file name'), redirect);
      continue;
    }
    if (!isInput && /^\/dev\/(?:null|stdout|stderr)$/.test(arg.text)) continue;
    const ruling = walker.paths.check(arg.text, scope.folders.list, isInput ? 'read' : 'write');
    if (ruling !== undefined) addRuling(walker, ruling, redirect);
    else if (!isInput) {
      const ruling = asks(
        'redirect:write',
        `the redirection writes ${arg.text}; use the Write tool`,
        'reversible',
      );
      addPart(walker, { ruling, commands: [], isLiteral: false, writes: [arg.text] }, redirect);
    }
  }
}

function walkSubstitutions(word: Word, scope: Scope, walker: Walker): void {
  for (const piece of word.pieces) {
    if (piece.kind === 'substitution' || piece.kind === 'process') walkList(piece.body, fork(scope), walker);
  }
}

/** Variables of the environment that hold no secret. Their values are not relied on. */
const KNOWN_ENVIRONMENT = new Set(
  'PATH USER LOGNAME HOSTNAME PWD OLDPWD UID EUID SHELL RANDOM SECONDS HOSTTYPE MACHTYPE OSTYPE BASH_VERSION LANG TERM'.split(
    ' ',
  ),
);

function lookUpIn(scope: Scope, walker: Walker): (name: string) => Value | undefined {
  return (name) => {
    const value = scope.variables.get(name);
    if (value !== undefined) return value;
    if (name === 'HOME') return { kind: 'known', texts: [walker.home] };
    return KNOWN_ENVIRONMENT.has(name) ? UNKNOWN : undefined;
  };
}

function product(alternatives: Arg[][]): Arg[][] | undefined {
  let lines: Arg[][] = [[]];
  for (const args of alternatives) {
    lines = lines.flatMap((line) => args.map((arg) => [...line, arg]));
    if (lines.length > 256) return undefined;
  }
  return lines;
}

function addRuling(walker: Walker, ruling: Ruling, about: CommandNode | Redirect): void {
  addPart(walker, { ruling, commands: [], isLiteral: false }, about);
}

/** All that was noted since the last part belongs to this one. */
function addPart(walker: Walker, part: Part, about: CommandNode | Redirect): void {
  if (walker.notes !== undefined) {
    part.about = about;
    part.notes = walker.notes.splice(0);
  }
  walker.parts.push(part);
}

function unsetVariable(name: string): Ruling {
  return asks('shell:variable', `$${name} is not set by this line, and the environment may hold secrets`);
}

function refusedVariable(name: string): Ruling {
  return asks(
    'shell:variable',
    `${name} may mean something to bash or to a program; use a name in lower case`,
  );
}
