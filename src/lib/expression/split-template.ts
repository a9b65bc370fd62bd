import { ExpressionError } from './expression-error.ts';

/** Literal text and the expressions between it. Throws ExpressionError for a brace without its other half. */
export function splitTemplate(source: string): { text: string; isCode: boolean }[] {
  const parts: { text: string; isCode: boolean }[] = [];
  let literal = '';
  let at = 0;
  while (at < source.length) {
    const here = source[at] as string;
    if ((here === '{' || here === '}') && source[at + 1] === here) {
      literal += here;
      at += 2;
    } else if (here === '{') {
      const end = closingBrace(source, at);
      if (literal !== '') parts.push({ text: literal, isCode: false });
      literal = '';
      parts.push({ text: source.slice(at + 1, end), isCode: true });
      at = end + 1;
    } else if (here === '}') {
      throw new ExpressionError(source, at, 'a } without its { (write }} for a literal brace)');
    } else {
      literal += here;
      at += 1;
    }
  }
  if (literal !== '') parts.push({ text: literal, isCode: false });
  return parts;
}

/** Braces inside CEL's own strings and map literals do not close the part. */
function closingBrace(source: string, open: number): number {
  let depth = 0;
  let quote: string | null = null;
  for (let at = open; at < source.length; at += 1) {
    const here = source[at] as string;
    if (quote !== null) {
      if (here === '\\') at += 1;
      else if (here === quote) quote = null;
    } else if (here === '"' || here === "'") quote = here;
    else if (here === '{') depth += 1;
    else if (here === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  throw new ExpressionError(source, open, 'a { without its } (write {{ for a literal brace)');
}
