import type { MarkedToken, Token, Tokens } from 'marked';
import { printable } from '../../lib/printable.ts';
import { flow } from '../rows/flow.ts';
import type { Row, Span } from '../rows/row.ts';
import { widthOf } from '../rows/row.ts';
import { codeRows } from './code.ts';
import { inlineSpans } from './inline.ts';
import type { Layout } from './layout.ts';
import { isApart, isKnown, lex } from './lex.ts';
import { tableRows } from './table.ts';

/** Rules are for the eye; a wide window needs no wide ones. */
const WIDEST_RULE = 40;

/** Markdown as rows, none wider than `columns` unless a single letter is. */
export function markdownRows(source: string, layout: Layout): Row[] {
  return blockRows(lex(source), layout);
}

/** `first`: lays out the first block, of which a part has been printed before. */
export function blockRows(
  tokens: readonly Token[],
  layout: Layout,
  base: Span['style'] = 'text',
  first: ((token: MarkedToken) => Row[]) | null = null,
): Row[] {
  const rows: Row[] = [];
  let before: MarkedToken | null = null;
  let isBlank = false;
  for (const token of tokens.filter(isKnown)) {
    if (token.type === 'space') {
      isBlank = true;
      continue;
    }
    const isFirst = before === null;
    const next = isFirst && first !== null ? first(token) : oneBlock(token, layout, base);
    if (next.length === 0 && !isFirst) continue;
    if (before !== null && (isBlank || isApart(before.raw) || needsRoom(before) || needsRoom(token)))
      rows.push([]);
    rows.push(...next);
    before = token;
    isBlank = false;
  }
  return rows;
}

/** Stands apart from what is around it, also when it was not written so. */
export function needsRoom(token: MarkedToken): boolean {
  return token.type === 'table' || token.type === 'hr';
}

function oneBlock(token: MarkedToken, layout: Layout, base: Span['style'] = 'text'): Row[] {
  const { columns, theme } = layout;
  switch (token.type) {
    case 'heading':
      return flow(inlineSpans(token.tokens, theme, 'heading'), columns);
    case 'paragraph':
      return flow(inlineSpans(token.tokens, theme, base), columns);
    case 'text':
      return flow(inlineSpans(token.tokens ?? [token], theme, base), columns);
    case 'list':
      return token.items.flatMap((item, index) =>
        itemRows(item, numberOf(token, index), token.items[index - 1], layout, base),
      );
    case 'blockquote': {
      const inner = blockRows(token.tokens, { columns: Math.max(1, columns - 2), theme }, 'quote');
      return inner.map((row) => [{ text: `${theme.glyph.bar} `, style: 'border' }, ...row]);
    }
    case 'code':
      return codeRows(token.text, token.lang ?? '', layout);
    case 'table':
      return tableRows(token, layout);
    case 'hr':
      return [[{ text: theme.glyph.rule.repeat(Math.min(columns, WIDEST_RULE)), style: 'border' }]];
    case 'html':
      return flow([{ text: printable(token.raw.trimEnd()), style: 'dim' }], columns);
    case 'def':
    case 'space':
      return [];
    default:
      return flow(inlineSpans([token], theme, base), columns);
  }
}

/** As written; where all are written as the first one, their places. */
function numberOf(list: Tokens.List, index: number): number | null {
  if (!list.ordered) return null;
  return isCounted(list) ? (writtenNumber(list, 0) ?? 0) + index : writtenNumber(list, index);
}

/** `1. 1. 1.`: Markdown lets a writer leave the counting to the reader. */
export function isCounted(list: Tokens.List): boolean {
  return list.ordered && list.items.length > 1 && writtenNumber(list, 0) === writtenNumber(list, 1);
}

function writtenNumber(list: Tokens.List, index: number): number | null {
  const digits = /^\s*(\d+)/.exec(list.items[index]?.raw ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

function itemRows(
  item: Tokens.ListItem,
  number: number | null,
  previous: Tokens.ListItem | undefined,
  { columns, theme }: Layout,
  base: Span['style'],
): Row[] {
  const task = item.task ? (item.checked === true ? '[x] ' : '[ ] ') : '';
  const mark = `${number === null ? theme.glyph.bullet : `${number}.`} ${task}`;
  const indent = widthOf(mark);
  const content = item.tokens.filter(({ type }) => type !== 'checkbox');
  const inner = blockRows(content, { columns: Math.max(1, columns - indent), theme }, base);
  const rows: Row[] = (inner.length === 0 ? [[]] : inner).map((row, index) => [
    { text: index === 0 ? mark : ' '.repeat(indent), style: 'dim' },
    ...row,
  ]);
  return previous !== undefined && isApart(previous.raw) ? [[], ...rows] : rows;
}
