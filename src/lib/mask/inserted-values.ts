import type { Span } from './found.ts';
import { isReal } from './line-rule.ts';
import { kindOfName } from './names.ts';
import { isProse } from './values.ts';

/** `INSERT INTO users (name, password) VALUES ('me', 'x')`: a column's name says what stands in its place. */
export const INSERTED =
  /\b(?:insert|replace)[ \t]{1,4}(?:ignore[ \t]{1,4})?into[ \t]{1,4}[^\s(]{1,128}[ \t]{0,4}\(([^()\n]{1,1000})\)[ \t]{0,4}values[ \t]{0,4}(?=\()([^\n]{1,8000})/gi;

/** The values of telling columns, in every row. */
export function findInserted(match: RegExpExecArray): Span[] {
  const kinds = (match[1] ?? '').split(',').map((column) => kindOfName(column.replaceAll(/[\s"'`[\]]/g, '')));
  const rows = match[2] ?? '';
  const from = match.index + match[0].length - rows.length;
  const spans: Span[] = [];
  let column = 0;
  /** A row of a table of settings: `('smtp_password', 'x')`. */
  let named: string | null = null;
  let depth = 0;
  for (let at = 0; at < rows.length; at++) {
    const char = rows.charAt(at);
    if (char === '(') {
      depth += 1;
      if (depth === 1) {
        column = 0;
        named = null;
      }
    } else if (char === ')') depth -= 1;
    else if (char === ',' && depth === 1) column += 1;
    else if (char === ';' && depth === 0) break;
    else if (char === "'" || char === '"') {
      const end = closing(rows, at + 1, char);
      const value = rows.slice(at + 1, end);
      const kind = depth === 1 ? (kinds[column] ?? named) : null;
      named = kindOfName(value);
      if (kind !== null && isReal(value) && !isProse(value))
        spans.push({ kind, start: from + at + 1, end: from + end });
      at = end;
    }
  }
  return spans;
}

/** A doubled quote and an escaped one go on. */
function closing(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at += 1;
    else if (char === quote) {
      if (text.charAt(at + 1) !== quote) return at;
      at += 1;
    }
  }
  return text.length;
}
