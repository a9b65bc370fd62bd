import type { Script as BashScript, Word as BashWord, WordPart } from 'unbash';
import { checkCharacters, LIMITS } from './limits.ts';
import { type List, NotUnderstood, type Piece, type Word } from './tree.ts';
import { expandBraces, hasUnseenPattern } from './unquoted.ts';

/** A part of parse.ts: words, their quotes and what bash would expand in them. */
export interface ParseContext {
  home: string;
  /** The text that positions count in. */
  source: string;
  commands: number;
  words: number;
  depth: number;
  /** The tree of a substitution's own commands. */
  parseScript(script: BashNestedScript | undefined): List;
}

export type BashNestedScript = BashScript & { errors?: readonly unknown[] | undefined };

export function refuse(what: string, reason: string): never {
  throw new NotUnderstood(`shell:${what}`, reason);
}

/** A word where neither braces nor several words are possible: a target, a value. */
export function oneWord(node: BashWord, context: ParseContext): Word {
  const words = expandedWords(node, context);
  const [first] = words;
  if (words.length !== 1 || first === undefined) refuse('braces', 'Braces may not stand here.');
  return first;
}

/** A pattern of `case`: text and globs. It names no file, so that a leading glob stays what it is. */
export function patternWord(node: BashWord, context: ParseContext): Word {
  const { pieces } = oneWord(node, context);
  if (pieces.some(({ kind }) => kind !== 'text' && kind !== 'glob')) {
    refuse('case', 'A pattern of `case` is judged when it is text with *, ? and […].');
  }
  const isPrefixed = pieces[1]?.kind === 'glob' && !/^['"$\\.]/.test(node.text);
  return {
    pieces: isPrefixed && literalText({ pieces: pieces.slice(0, 1) }) === './' ? pieces.slice(1) : pieces,
  };
}

/**
 * `[n]ginx`, by which people keep grep from finding itself: a text that is quoted when it runs, since no file is meant.
 * Of a word with a slash one is.
 */
export function unlikePattern(word: Word): Word {
  const pieces =
    word.pieces[0]?.kind === 'text' && word.pieces[0].value === './' ? word.pieces.slice(1) : word.pieces;
  const isMeant = pieces.every(
    (piece) =>
      (piece.kind === 'text' && !piece.value.includes('/')) ||
      (piece.kind === 'glob' && /^\[\w\]$/.test(piece.value)),
  );
  const text = pieces.map((piece) => ('value' in piece ? piece.value : '')).join('');
  return isMeant ? { pieces: [textPiece(text)] } : word;
}

/** More than one for a word with braces. */
export function expandedWords(node: BashWord, context: ParseContext): Word[] {
  const parts = node.parts;
  let words: Word[];
  if (parts === undefined) {
    words = [{ pieces: [unquotedText(node.text, node.value, true, true, context)] }];
  } else {
    words = [{ pieces: [] }];
    for (const [i, part] of parts.entries()) {
      if (part.type === 'BraceExpansion') {
        const choices = expandBraces(part.text);
        if (choices === undefined) refuse('braces', 'These braces are not judged; write the words out.');
        words = words.flatMap((word) =>
          choices.map((choice) => ({ pieces: [...word.pieces, textPiece(choice)] })),
        );
      } else {
        const pieces = wordPart(part, i === 0, parts.length === 1, context);
        for (const word of words) word.pieces.push(...pieces);
      }
      if (words.length > LIMITS.words) refuse('braces', 'The braces make too many words.');
    }
  }
  context.words += words.length;
  if (context.words > LIMITS.words)
    throw new NotUnderstood('limit:words', 'The line has too many words.', 'deny');
  return words.map(tidy);
}

function wordPart(part: WordPart, isFirst: boolean, isOnly: boolean, context: ParseContext): Piece[] {
  switch (part.type) {
    case 'Literal':
      return [unquotedText(part.text, part.value, isFirst, isOnly, context)];
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [textPiece(part.value)];
    case 'DoubleQuoted':
      return part.parts.map((child) =>
        child.type === 'Literal' ? textPiece(child.value) : expansion(child, true, context),
      );
    case 'Glob':
      if (part.kind === 'bracket' && !/^\[[!^]?(?:\[:[a-z]+:\]|[\w.-])+\]$/.test(part.text)) {
        refuse('pattern', 'This bracket pattern is not judged.');
      }
      return [{ kind: 'glob', value: part.text }];
    case 'ProcessSubstitution':
      if (part.operator !== '<') refuse('process-substitution', 'Only <( … ) is judged.');
      return [{ kind: 'process', body: context.parseScript(part.script) }];
    case 'SimpleExpansion':
    case 'ParameterExpansion':
    case 'CommandExpansion':
    case 'ArithmeticExpansion':
      return [expansion(part, false, context)];
    case 'LocaleString':
    case 'ExtendedGlob':
    case 'BraceExpansion':
      return refuse('expansion', 'Translated strings and extended patterns are not judged.');
    default:
      return refuse(
        'unknown-node',
        `The parser found something unknown: ${String((part as { type: string }).type)}.`,
      );
  }
}

type Expansion = Extract<
  WordPart,
  { type: 'SimpleExpansion' | 'ParameterExpansion' | 'CommandExpansion' | 'ArithmeticExpansion' }
>;

function expansion(part: Expansion, isQuoted: boolean, context: ParseContext): Piece {
  switch (part.type) {
    case 'SimpleExpansion':
      if (part.text === '$?') return { kind: 'number', source: '$?' };
      return { kind: 'variable', name: variableName(part.text.slice(1)), isQuoted };
    case 'ParameterExpansion':
      if (part.operation?.type === 'Default' && part.prefix === undefined && part.index === undefined) {
        return defaultPiece(part.text, part.operation, part.parameter, isQuoted);
      }
      // `${x@P}`, `${!x}`, `${x:y}` and others evaluate what a variable holds as code.
      if (part.prefix !== undefined || part.index !== undefined || part.operation !== undefined) {
        refuse('expansion', `Only plain variables are judged, not ${part.text}.`);
      }
      return { kind: 'variable', name: variableName(part.parameter), isQuoted };
    case 'CommandExpansion':
      if (/^\$\{/.test(part.text)) refuse('substitution', 'Only $( … ) is judged.');
      return { kind: 'substitution', body: context.parseScript(part.script), isQuoted };
    case 'ArithmeticExpansion': {
      // Arithmetic evaluates the text of a variable as an expression, and that can hold a command.
      const body = /^\$\(\(([\d\s+*/%()-]+)\)\)$/.exec(part.text)?.[1];
      if (body === undefined) refuse('arithmetic', 'Arithmetic is judged over numbers only.');
      return { kind: 'number', source: `$((${body.replaceAll(/\s+/g, ' ')}))` };
    }
    default:
      return refuse('unknown-node', 'The parser found an unknown expansion.');
  }
}

/** Only a text in which nothing is special, quoted or not: `${x:-/srv/app}`. */
function defaultPiece(
  source: string,
  { operator }: { operator: string },
  parameter: string,
  isQuoted: boolean,
): Piece {
  const found = /^\$\{(\w+)(:?)-([\w./:@%+,=-]*)\}$/.exec(source);
  if ((operator !== '-' && operator !== ':-') || found === null || found[1] !== parameter) {
    refuse('expansion', `Of expansions, $x and \${x:-plain-text} are judged, not ${source}.`);
  }
  const text = found[3] ?? '';
  return { kind: 'default', name: variableName(parameter), isEmptyToo: found[2] === ':', text, isQuoted };
}

function unquotedText(
  raw: string,
  value: string,
  isFirst: boolean,
  isOnly: boolean,
  context: ParseContext,
): Piece {
  if (hasUnseenPattern(raw))
    refuse('pattern', 'A pattern or a brace that the parser did not report; quote it.');
  if (isFirst && raw.startsWith('~')) {
    if (raw.startsWith('~/')) return textPiece(`${context.home}${value.slice(1)}`);
    if (raw === '~' && isOnly) return textPiece(context.home);
    refuse('tilde', "Another user's home, or a ~ that is not followed by /, is not judged.");
  }
  if (/[:=]~/.test(raw)) refuse('tilde', 'A ~ after : or = is not judged; write the path out.');
  return textPiece(value);
}

export function textPiece(value: string): Piece {
  const bad = checkCharacters(value);
  if (bad !== undefined) throw new NotUnderstood(bad.rule, bad.reason);
  return { kind: 'text', value };
}

export function variableName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) refuse('variable', `The parameter $${name} is not judged.`);
  return name;
}

export function literalText(word: Word): string | undefined {
  const [piece] = word.pieces;
  return word.pieces.length === 1 && piece?.kind === 'text' ? piece.value : undefined;
}

/** Joins neighbouring text, and puts `./` before a leading pattern so that no file name can pass for an option. */
function tidy(word: Word): Word {
  const pieces: Piece[] = [];
  for (const piece of word.pieces) {
    const last = pieces.at(-1);
    if (piece.kind === 'text' && last?.kind === 'text') {
      pieces[pieces.length - 1] = { kind: 'text', value: last.value + piece.value };
    } else if (piece.kind !== 'text' || piece.value !== '' || word.pieces.length === 1) {
      pieces.push(piece);
    }
  }
  if (pieces.length === 0) pieces.push({ kind: 'text', value: '' });
  if (pieces[0]?.kind === 'glob') pieces.unshift({ kind: 'text', value: './' });
  return { pieces };
}
