import type { Row, Span } from '../rows/row.ts';
import { wrapExactly } from '../rows/wrap.ts';

/** Both forms of a hunk's head: git's, and ours (`@@ line 12 @@`), which counts in the old text. */
const HUNK = /^@@ (?:-(?<old>\d+)(?:,\d+)? \+(?<new>\d+)(?:,\d+)?|line (?<at>\d+)) @@(?<rest>.*)$/;
const HEAD = /^(?:diff |index |--- |\+\+\+ |new file|deleted file|similarity|rename )/;

/** Without the empty line that stands behind the last line feed of a file. */
export function withoutEnd(diff: string): string {
  return diff.replace(/\n $/, '');
}

/** A unified diff with its line numbers: of the old text for what goes, of the new one for what is there now. */
export function diffRows(text: string, { columns }: { columns: number }): Row[] {
  const lines = text.replace(/\n$/, '').split('\n');
  const digits = Math.max(
    3,
    ...lines.map((line) => HUNK.exec(line)?.groups).map((groups) => numberWidth(groups, lines.length)),
  );
  const rows: Row[] = [];
  let oldLine: number | null = null;
  let newLine: number | null = null;
  let drift = 0;
  for (const line of lines) {
    const groups = HUNK.exec(line)?.groups;
    if (groups !== undefined) {
      oldLine = Number(groups.old ?? groups.at);
      newLine = groups.new === undefined ? oldLine + drift : Number(groups.new);
      rows.push(...wrapExactly([{ text: line, style: 'diffHunk' }], columns));
      continue;
    }
    // The next file begins.
    if (line.startsWith('diff ')) oldLine = null;
    if (oldLine === null || newLine === null) {
      rows.push(...wrapExactly([{ text: line, style: styleOfBare(line) }], columns));
      continue;
    }
    const sign = line[0];
    const number = sign === '-' ? oldLine : newLine;
    rows.push(...numbered(line, number, sign === '+' || sign === '-' ? sign : ' ', digits, columns));
    if (sign !== '+') oldLine++;
    if (sign !== '-') newLine++;
    if (sign === '+') drift++;
    if (sign === '-') drift--;
  }
  return rows;
}

function numberWidth(groups: Record<string, string | undefined> | undefined, count: number): number {
  const from = Number(groups?.new ?? groups?.at ?? 0);
  return String(from + count).length;
}

const LINE_STYLES: Record<string, Span['style']> = { '+': 'diffAdd', '-': 'diffRemove', ' ': 'diffSame' };

function numbered(line: string, number: number, sign: string, digits: number, columns: number): Row[] {
  const style = LINE_STYLES[sign] ?? 'diffSame';
  const gutter = digits + 1;
  const body = /^[ +-]/.test(line) ? line.slice(1) : line;
  const wrapped = wrapExactly([{ text: body, style }], Math.max(1, columns - gutter - 2));
  const isNarrow = columns < gutter + 12;
  return wrapped.map((row, index): Row => {
    const label = index === 0 ? String(number).padStart(digits) : ' '.repeat(digits);
    const head: Span[] = isNarrow ? [] : [{ text: `${label} `, style: 'dim' }];
    return [...head, { text: `${index === 0 ? sign : ' '} `, style }, ...row];
  });
}

/** Of a diff that names no lines. */
function styleOfBare(line: string): Span['style'] {
  if (HEAD.test(line)) return 'dim';
  if (line.startsWith('+')) return 'diffAdd';
  return line.startsWith('-') ? 'diffRemove' : 'diffSame';
}
