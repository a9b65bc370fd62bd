import type { MarkedToken } from 'marked';
import { blockRows, needsRoom } from '../markdown/blocks.ts';
import { codeRows } from '../markdown/code.ts';
import { inlineSpans } from '../markdown/inline.ts';
import type { Layout } from '../markdown/layout.ts';
import { lex } from '../markdown/lex.ts';
import { fill, wordsOf } from '../rows/flow.ts';
import type { Row } from '../rows/row.ts';
import type { Piece } from '../store/item.ts';

/** Behind the mark, and below it. */
const INDENT = 2;

/** A part of an answer as rows; the same ones, wherever it was cut. */
export function pieceRows(piece: Piece, { columns, theme }: Layout): Row[] {
  const tokens = lex(piece.source);
  const inner = bodyRows(tokens, piece, { columns: Math.max(1, columns - INDENT), theme });
  if (inner.length === 0) return [];
  const rows = inner.map((row, index): Row => {
    if (piece.isFirst && index === 0) return [{ text: `${theme.glyph.say} `, style: 'accent' }, ...row];
    return row.length === 0 ? row : [{ text: ' '.repeat(INDENT), style: 'text' }, ...row];
  });
  const first = tokens.find(({ type }) => type !== 'space');
  const isRoomy = /^[^\S\n]*\n/.test(piece.source) || (first !== undefined && needsRoom(first));
  const isApart = piece.join === 'apart' || (piece.join === 'below' && isRoomy);
  return isApart ? [[], ...rows] : rows;
}

function bodyRows(tokens: MarkedToken[], { skipWords, takeWords, join }: Piece, layout: Layout): Row[] {
  const isWhole = join !== 'same' && takeWords === null;
  return blockRows(
    tokens,
    layout,
    'text',
    isWhole ? null : (block) => partRows(block, skipWords, takeWords, layout),
  );
}

function partRows(block: MarkedToken, skipWords: number, takeWords: number | null, layout: Layout): Row[] {
  if (block.type === 'code') {
    return block.text === '' ? [] : codeRows(block.text, block.lang ?? '', layout, true);
  }
  return paragraphRows(block, skipWords, takeWords, layout);
}

function paragraphRows(
  block: MarkedToken,
  skipWords: number,
  takeWords: number | null,
  { columns, theme }: Layout,
): Row[] {
  if (block.type !== 'paragraph' && block.type !== 'heading') return [];
  const style = block.type === 'heading' ? 'heading' : 'text';
  const words = wordsOf(inlineSpans(block.tokens, theme, style));
  const end = takeWords === null ? words.length : skipWords + takeWords;
  return fill(words.slice(skipWords, end), columns).map(({ row }) => row);
}
