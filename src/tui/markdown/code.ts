import { printable } from '../../lib/printable.ts';
import { commandSpans } from '../ask/command-spans.ts';
import { cut, type Row, type Span } from '../rows/row.ts';
import { wrapExactly } from '../rows/wrap.ts';
import { diffRows } from '../transcript/diff.ts';
import { grammarOf } from './grammars.ts';
import type { Layout } from './layout.ts';

const INDENT = 2;
/** What is longer is data, not code. */
const LONGEST_COLOURED_LINE = 1_000;

/** A block of code under the name of its language. Letters stay as they are; long lines are broken. */
export function codeRows(text: string, info: string, layout: Layout, isContinued = false): Row[] {
  const language = printable(/^[^\s{]*/.exec(info.trim())?.[0] ?? '').toLowerCase();
  const columns = Math.max(1, layout.columns - INDENT);
  const pad: Span = { text: ' '.repeat(INDENT), style: 'text' };
  const bare = printable(text).replaceAll('\t', '    ');
  const rows =
    language === 'diff' || language === 'patch'
      ? diffRows(bare, { ...layout, columns })
      : bare.split('\n').flatMap((line) => wrapExactly(colour(line, language), columns));
  const label: Row[] =
    language === '' || isContinued ? [] : [[pad, { text: cut(language, columns), style: 'dim' }]];
  return [...label, ...rows.map((row) => (row.length === 0 ? row : [pad, ...row]))];
}

function colour(line: string, language: string): Span[] {
  if (line.length > LONGEST_COLOURED_LINE) return [{ text: line, style: 'code' }];
  if (SHELLS.has(language)) return shellSpans(line);
  const grammar = grammarOf(language);
  if (grammar === null) return [{ text: line, style: 'code' }];
  const spans: Span[] = [];
  let at = 0;
  for (const match of line.matchAll(grammar)) {
    if (match.index > at) spans.push({ text: line.slice(at, match.index), style: 'code' });
    const kind = Object.keys(match.groups ?? {}).find((name) => match.groups?.[name] !== undefined);
    spans.push({ text: match[0], style: STYLES[kind ?? ''] ?? 'code' });
    at = match.index + match[0].length;
  }
  if (at < line.length) spans.push({ text: line.slice(at), style: 'code' });
  return spans;
}

const SHELLS = new Set(['sh', 'bash', 'shell', 'zsh', 'console', 'shell-session']);

const STYLES: Record<string, Span['style']> = {
  comment: 'codeComment',
  string: 'codeString',
  number: 'codeNumber',
  keyword: 'codeKeyword',
  key: 'codeOption',
  variable: 'codeVariable',
};

/** A line of a session keeps its prompt. */
function shellSpans(line: string): Span[] {
  const prompt = /^\s*[$#❯] (?=\S)/.exec(line)?.[0] ?? '';
  if (prompt.trim() === '#') return [{ text: line, style: 'codeComment' }];
  const command = commandSpans(line.slice(prompt.length));
  return prompt === '' ? command : [{ text: prompt, style: 'dim' }, ...command];
}
