import {
  type Assignment as BashAssignment,
  type Case as BashCase,
  type Command as BashCommand,
  type PipelineNode as BashPipelineNode,
  type Redirection as BashRedirection,
  type Statement as BashStatement,
  type Word as BashWord,
  parse,
} from 'unbash';
import { checkText, LIMITS } from './limits.ts';
import { testCommand } from './parse-test.ts';
import {
  type BashNestedScript,
  expandedWords,
  literalText,
  oneWord,
  type ParseContext,
  patternWord,
  refuse,
  textPiece,
  unlikePattern,
  variableName,
} from './parse-words.ts';
import { printList } from './print.ts';
import {
  type AndOr,
  type Assignment,
  type CommandNode,
  type List,
  NotUnderstood,
  type Pipeline,
  type Redirect,
  type Refusal,
  type Stage,
  type Word,
} from './tree.ts';

/**
 * The one place that knows the parser. Turns a line into the small tree of tree.ts; whatever that tree cannot say
 * (functions, coprocesses, background, arrays, `[[`, most expansions) or the parser reports as an error is refused.
 */
export function parseLine(line: string, home: string): { list: List } | { refusal: Refusal } {
  const bad = checkText(line);
  if (bad !== undefined) return { refusal: bad };
  try {
    const context: ParseContext = {
      home,
      source: line,
      commands: 0,
      words: 0,
      depth: 0,
      parseScript: (nested) => script(nested, context),
    };
    return { list: script(parse(line), context) };
  } catch (error) {
    if (error instanceof NotUnderstood) return { refusal: error.refusal };
    if (error instanceof RangeError) {
      return {
        refusal: { verdict: 'deny', rule: 'limit:depth', reason: 'The command is nested too deeply.' },
      };
    }
    throw error;
  }
}

function script(root: BashNestedScript | undefined, context: ParseContext): List {
  if (root === undefined) refuse('syntax', 'A substitution could not be parsed.');
  if ((root.errors?.length ?? 0) > 0) refuse('syntax', 'This is not a complete, valid bash line.');
  const outer = context.source;
  // Positions inside backticks with escapes count in a text of their own.
  context.source = root.source ?? outer;
  const result = list(root.commands, context);
  context.source = outer;
  return result;
}

function list(statements: readonly BashStatement[], context: ParseContext): List {
  if (context.depth >= LIMITS.depth) {
    throw new NotUnderstood('limit:depth', 'The command is nested too deeply.', 'deny');
  }
  if (statements.length === 0) refuse('empty', 'There is no command in it.');
  context.depth++;
  const items = statements.map((statement) => andOr(statement, context));
  context.depth--;
  return { items };
}

function andOr(statement: BashStatement, context: ParseContext): AndOr {
  if (statement.background === true) {
    refuse('background', 'A command in the background (&) would outlive the call; run it in the foreground.');
  }
  const node = statement.command;
  if (node.type !== 'AndOr') return { parts: [{ operator: ';', pipeline: pipeline(node, context) }] };
  return {
    parts: node.commands.map((command, i) => ({
      operator: i === 0 ? ';' : (node.operators[i - 1] ?? refuse('syntax', 'An operator is missing.')),
      pipeline: pipeline(command, context),
    })),
  };
}

function pipeline(node: BashPipelineNode, context: ParseContext): Pipeline {
  if (node.type !== 'Pipeline') return { isNegated: false, isTimed: false, stages: [stage(node, context)] };
  const result: Pipeline = { isNegated: false, isTimed: false, stages: [] };
  for (const prefix of node.prefixes) {
    if (prefix.type === 'Negation') result.isNegated = !result.isNegated;
    else if (prefix.type === 'Time') result.isTimed = true;
    else refuse('syntax', 'The pipeline has an unknown prefix.');
  }
  for (const [i, command] of node.commands.entries()) {
    const next = stage(command, context);
    if (node.operators[i] === '|&') next.redirects.push({ kind: 'duplicate', from: 2, to: 1 });
    result.stages.push(next);
  }
  if (result.stages.length === 0) refuse('empty', 'There is no command in it.');
  return result;
}

function stage(node: BashPipelineNode, context: ParseContext): Stage {
  switch (node.type) {
    case 'Command':
      return simple(node, context);
    case 'Redirected': {
      const inner = stage(node.command, context);
      return { node: inner.node, redirects: [...inner.redirects, ...redirects(node.redirects, context)] };
    }
    default:
      return { node: compound(node, context), redirects: [] };
  }
}

function compound(
  node: Exclude<BashPipelineNode, { type: 'Command' | 'Redirected' }>,
  context: ParseContext,
): CommandNode {
  switch (node.type) {
    case 'BraceGroup':
      return { kind: 'group', body: list(node.body.commands, context) };
    case 'Subshell':
      return { kind: 'subshell', body: list(node.body.commands, context) };
    case 'If': {
      const branches = [node, ...node.elif].map((branch) => ({
        test: list(branch.clause.commands, context),
        body: list(branch.then.commands, context),
      }));
      const otherwise = node.else === undefined ? null : list(node.else.commands, context);
      return { kind: 'if', branches, otherwise };
    }
    case 'For': {
      if (node.wordlist === undefined) refuse('for', 'A for loop needs its list of words.');
      const words = node.wordlist.flatMap((item) => expandedWords(item, context));
      return {
        kind: 'for',
        name: variableName(node.name.value),
        words,
        body: list(node.body.commands, context),
      };
    }
    case 'While':
      return {
        kind: 'while',
        isUntil: node.kind === 'until',
        test: list(node.clause.commands, context),
        body: list(node.body.commands, context),
      };
    case 'TestCommand':
      return testCommand(node.expression, context);
    case 'Pipeline':
      return refuse('syntax', 'A pipeline stands where a command should.');
    case 'Function':
      return refuse('function', 'A function could give any name another meaning.');
    case 'Coproc':
      return refuse('coproc', 'A coprocess would outlive the call.');
    case 'Case':
      return caseNode(node, context);
    case 'Select':
    case 'ArithmeticFor':
    case 'ArithmeticCommand':
      return refuse(
        node.type.toLowerCase(),
        'This control structure is not judged yet; use `if`, `for` over literals, or `[ … ]`.',
      );
    default:
      // A newer parser may know more than this list does.
      return refuse(
        'unknown-node',
        `The parser found something unknown: ${String((node as { type: string }).type)}.`,
      );
  }
}

function caseNode(node: BashCase, context: ParseContext): CommandNode {
  const items = node.items.map(({ pattern, body, terminator }) => {
    if (terminator !== undefined && terminator !== ';;') {
      refuse('case', 'In `case`, only `;;` is judged.');
    }
    if (pattern.length === 0) refuse('case', 'A `case` lacks a pattern.');
    return {
      patterns: pattern.map((word) => patternWord(word, context)),
      body: body.commands.length === 0 ? null : list(body.commands, context),
    };
  });
  const word = oneWord(node.word, context);
  if (word.pieces.some(({ kind }) => kind === 'glob')) refuse('case', 'Quote the word of a `case`.');
  return { kind: 'case', word, items };
}

function simple(node: BashCommand, context: ParseContext): Stage {
  context.commands++;
  if (context.commands > LIMITS.commands) {
    throw new NotUnderstood('limit:commands', `More than ${LIMITS.commands} commands in one line.`, 'deny');
  }
  checkGaps(node, context);
  const assignments: Assignment[] = [];
  const found: BashRedirection[] = [];
  for (const item of node.prefix) {
    if (item.type === 'Assignment') assignments.push(assignment(item, context));
    else found.push(item);
  }
  const words = node.name === undefined ? [] : expandedWords(node.name, context);
  for (const item of node.suffix) {
    if (item.type === 'Word') words.push(...operands(item, context));
    else if (item.type === 'Assignment') refuse('assignment', 'Assignments as arguments are not judged.');
    else found.push(item);
  }
  if (words.length === 0 && assignments.length === 0) refuse('empty', 'A redirection without a command.');
  const inner = assignments.length === 0 ? innerLine(words, context) : undefined;
  if (inner !== undefined) return { node: inner, redirects: redirects(found, context) };
  return { node: { kind: 'simple', assignments, words }, redirects: redirects(found, context) };
}

/** A slash says that a file is meant, whatever the rest looks like. */
function operands(node: BashWord, context: ParseContext): Word[] {
  const words = expandedWords(node, context);
  return node.text.includes('/') ? words : words.map(unlikePattern);
}

/** `bash -c 'LINE'` and nothing else: a line of its own, which knows none of the variables around it. */
function innerLine(words: readonly Word[], context: ParseContext): CommandNode | undefined {
  const [program, option, text] = words.map(literalText);
  if (words.length !== 3 || option !== '-c' || text === undefined) return undefined;
  if (program !== 'bash' && program !== 'sh') return undefined;
  const body = script(Object.assign(parse(text), { source: text }), context);
  // What bash prints for these means something else to other shells.
  if (program === 'sh' && /<<<|&>|<\(|\$\(\(/.test(printList(body))) {
    refuse('sh', 'In `sh -c`, here-strings, &> and the like are not judged; use `bash -c`.');
  }
  return { kind: 'inner', program, body };
}

/** The parser is tolerant: `cat ( x` loses its bracket without an error. Between words there is only blank space. */
function checkGaps(node: BashCommand, context: ParseContext): void {
  const children = [...node.prefix, ...(node.name === undefined ? [] : [node.name]), ...node.suffix];
  let end = node.pos;
  const checkGap = (start: number, stop: number): void => {
    if (!/^(?:[ \t]|\\\n)*$/.test(context.source.slice(start, stop))) {
      refuse('syntax', 'This is not a complete, valid bash line.');
    }
  };
  for (const child of children.sort((a, b) => a.pos - b.pos)) {
    checkGap(end, child.pos);
    end = child.end;
  }
  checkGap(end, node.end);
  const after = /^(?:[ \t]|\\\n)*/.exec(context.source.slice(node.end))?.[0].length ?? 0;
  if (!/^[;\n&|)`#]?$/.test(context.source.charAt(node.end + after))) {
    refuse('syntax', 'This is not a complete, valid bash line.');
  }
}

function assignment(node: BashAssignment, context: ParseContext): Assignment {
  if (node.append === true || node.index !== undefined || node.value.type !== 'Word') {
    refuse('assignment', 'Arrays and += are not judged.');
  }
  return { name: variableName(node.name), value: oneWord(node.value, context) };
}

/** Where a descriptor is missing, the operator's own default. Only 0, 1 and 2 are understood. */
function redirects(nodes: readonly BashRedirection[], context: ParseContext): Redirect[] {
  return nodes.map((node): Redirect => {
    const descriptor = node.descriptor;
    if (descriptor !== undefined && descriptor.type !== 'FileDescriptor') {
      refuse('redirect', 'A redirection to a named descriptor is not judged.');
    }
    const from = descriptor?.value;
    if (node.type === 'HereDoc') return hereDocument(node, from);
    if (node.target === undefined) refuse('redirect', 'A redirection without a target.');
    // `< 2>x` is an error in bash, where `2>` is one token.
    if (/^\d+$/.test(node.target.text) && /[<>]/.test(context.source[node.target.end] ?? '')) {
      refuse('syntax', 'A number right before a redirection is not a file name.');
    }
    if (node.type === 'HereString') {
      if (from !== undefined && from !== 0) refuse('redirect', 'A here-string must feed standard input.');
      return { kind: 'text', value: oneWord(node.target, context) };
    }
    const target = oneWord(node.target, context);
    switch (node.operator) {
      case '<':
        if (from !== undefined && from !== 0)
          refuse('redirect', 'Only standard input may be read from a file.');
        return { kind: 'input', target };
      case '>':
      case '>|':
      case '>>':
        return { kind: 'output', from: outputDescriptor(from), isAppend: node.operator === '>>', target };
      case '&>':
      case '&>>':
        return { kind: 'output', from: 'both', isAppend: node.operator === '&>>', target };
      case '>&': {
        const text = literalText(target);
        if (text === '1' || text === '2') {
          return { kind: 'duplicate', from: outputDescriptor(from), to: text === '1' ? 1 : 2 };
        }
        if (from === undefined) return { kind: 'output', from: 'both', isAppend: false, target };
        return refuse('redirect', 'Only descriptors 1 and 2 may be copied.');
      }
      default:
        return refuse('redirect', `The redirection ${node.operator} is not judged.`);
    }
  });
}

function outputDescriptor(value: number | undefined): 1 | 2 {
  if (value === undefined || value === 1) return 1;
  if (value === 2) return 2;
  return refuse('redirect', 'Only descriptors 1 and 2 may be redirected.');
}

function hereDocument(
  node: Extract<BashRedirection, { type: 'HereDoc' }>,
  from: number | undefined,
): Redirect {
  if (from !== undefined && from !== 0) refuse('redirect', 'A here-document must feed standard input.');
  if (node.delimiter === undefined || node.closing === undefined) {
    refuse('syntax', 'The here-document has no end.');
  }
  if (node.operator === '<<-' && /^\t/m.test(node.body.text))
    refuse('redirect', 'Indented here-documents are not judged.');
  const { text, parts } = node.body;
  if (!node.delimiter.quoted && (parts !== undefined || /[\\$`]/.test(text))) {
    refuse('redirect', 'A here-document with expansions is not judged; quote its delimiter.');
  }
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  return { kind: 'text', value: { pieces: [textPiece(body)] } };
}
