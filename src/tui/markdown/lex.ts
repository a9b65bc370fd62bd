import { type MarkedToken, marked, type Token } from 'marked';

/** Top-level blocks. Whatever is given is Markdown: there is no input that fails. */
export function lex(source: string): MarkedToken[] {
  return marked.lexer(source, { gfm: true }).filter(isKnown);
}

/** Tokens of extensions are of any shape; there are none. */
export function isKnown(token: Token): token is MarkedToken {
  return token.type !== 'generic';
}

/** An empty line stands between a block and the next. */
export function isApart(raw: string): boolean {
  return /\n[^\S\n]*\n[^\S\n]*$/.test(raw);
}
