/**
 * The part of bash that policy understands, as plain data. What cannot be said here cannot be allowed; what runs is
 * printed from here, so that it is what was judged.
 */
export interface List {
  items: AndOr[];
}

export interface AndOr {
  /** The operator before each pipeline; the first is ';'. */
  parts: { operator: ';' | '&&' | '||'; pipeline: Pipeline }[];
}

export interface Pipeline {
  isNegated: boolean;
  isTimed: boolean;
  stages: Stage[];
}

export interface Stage {
  node: CommandNode;
  redirects: Redirect[];
}

export type CommandNode =
  | { kind: 'simple'; assignments: Assignment[]; words: Word[] }
  | { kind: 'group'; body: List }
  | { kind: 'subshell'; body: List }
  /** `bash -c 'LINE'` */
  | { kind: 'inner'; program: 'bash' | 'sh'; body: List }
  | { kind: 'if'; branches: { test: List; body: List }[]; otherwise: List | null }
  /** Patterns are text and globs. */
  | { kind: 'case'; word: Word; items: { patterns: Word[]; body: List | null }[] }
  | { kind: 'for'; name: string; words: Word[]; body: List }
  | { kind: 'while'; isUntil: boolean; test: List; body: List };

export interface Assignment {
  name: string;
  value: Word;
}

export type Redirect =
  /** `2>&1` */
  | { kind: 'duplicate'; from: 1 | 2; to: 1 | 2 }
  /** `>` or `>>` to a path; `both` is `&>`. */
  | { kind: 'output'; from: 1 | 2 | 'both'; isAppend: boolean; target: Word }
  | { kind: 'input'; target: Word }
  /** A here-string or here-document: text, with a newline after it. */
  | { kind: 'text'; value: Word };

export interface Word {
  pieces: Piece[];
}

export type Piece =
  /** Decoded text, quoted or not: nothing in it is special. */
  | { kind: 'text'; value: string }
  /** An unquoted `*`, `?` or `[…]`. */
  | { kind: 'glob'; value: string }
  | { kind: 'variable'; name: string; isQuoted: boolean }
  /** `${x:-y}`: the value of a variable, else a plain text. With `isEmptyToo` also where it is empty. */
  | { kind: 'default'; name: string; isEmptyToo: boolean; text: string; isQuoted: boolean }
  | { kind: 'substitution'; body: List; isQuoted: boolean }
  /** `<(…)` */
  | { kind: 'process'; body: List }
  /** `$?`, or arithmetic over numerals: always a number. */
  | { kind: 'number'; source: string };

/** Why a line is not understood well enough to be allowed. */
export interface Refusal {
  verdict: 'ask' | 'deny';
  rule: string;
  reason: string;
}

/** Reasons go into the middle of sentences. */
export function refusal(rule: string, reason: string, verdict: 'ask' | 'deny'): Refusal {
  return { verdict, rule, reason: `${reason.charAt(0).toLowerCase()}${reason.slice(1).replace(/\.$/, '')}` };
}

export class NotUnderstood extends Error {
  readonly refusal: Refusal;

  constructor(rule: string, reason: string, verdict: 'ask' | 'deny' = 'ask') {
    super(reason);
    this.refusal = refusal(rule, reason, verdict);
  }
}
