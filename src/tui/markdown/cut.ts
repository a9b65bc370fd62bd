import type { MarkedToken, Tokens } from 'marked';
import { fill, type Word, wordsOf } from '../rows/flow.ts';
import type { Join, Piece } from '../store/item.ts';
import type { Reply, Size } from '../store/state.ts';
import { createTheme } from '../theme/theme.ts';
import { isCounted, needsRoom } from './blocks.ts';
import { inlineSpans } from './inline.ts';
import { isApart, lex } from './lex.ts';

/** What can be printed of an answer that is still coming, and what is left of it. */
export interface Cut {
  pieces: Omit<Piece, 'isFirst'>[];
  rest: Reply;
}

/** Rows of a paragraph that wait: an emphasis that is still open may yet change them. */
const WAITING_ROWS = 3;
/** Everything is laid out two columns from the left. */
const INDENT = 2;

/**
 * Whole blocks go when the next one has begun. Of one that alone would fill half of the window what is sure goes before:
 * lines of code, items of a list, rows of a paragraph. Tables and quotes wait: their end decides how they look.
 */
export function cutFinished(reply: Reply, size: Size): Cut {
  const blocks = cutBlocks(reply);
  const long = cutLong(blocks.rest, size);
  return { pieces: [...blocks.pieces, ...long.pieces], rest: long.rest };
}

function cutBlocks(reply: Reply): Cut {
  // A line that is not whole may yet be anything: an asterisk begins a list, and two of them do not.
  const whole = reply.head + reply.rest;
  const source = whole.slice(0, whole.lastIndexOf('\n') + 1);
  const tokens = lex(source);
  const last = tokens.findLastIndex(({ type }) => type !== 'space');
  const isOver = isBlockOver(tokens[last], last < tokens.length - 1);
  const open = isOver ? last + 1 : last;
  const raw = tokens
    .slice(0, isOver ? tokens.length : open)
    .map((token) => token.raw)
    .join('');
  // An answer of nothing but blanks has nothing to print; marked may also change what it cannot split (a tab).
  if (raw.trim() === '' || !source.startsWith(raw)) return { pieces: [], rest: reply };
  const end = tokens.slice(0, isOver ? tokens.length : open).findLast(({ type }) => type !== 'space');
  const isRoomy = end !== undefined && needsRoom(end);
  return take(reply, raw, isRoomy || isApart(raw) ? 'apart' : 'below');
}

/** Nothing that may still come is a part of it. Lists and quotes go on behind empty lines. */
function isBlockOver(token: MarkedToken | undefined, isBlankBehind: boolean): boolean {
  switch (token?.type) {
    case 'paragraph':
    case 'table':
      return isBlankBehind;
    case 'heading':
    case 'hr':
      return true;
    case 'code':
      return isClosed(token.raw);
    default:
      return false;
  }
}

function isClosed(raw: string): boolean {
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(raw)?.[1];
  if (fence === undefined) return false;
  return raw
    .trimEnd()
    .split('\n')
    .slice(1)
    .some((line) => line.trimStart().startsWith(fence) && /^ {0,3}(`+|~+)\s*$/.test(line));
}

/** `raw` is the head of what is left, in whole blocks. */
function take(reply: Reply, raw: string, join: Join): Cut {
  const { head, rest, printed, skipWords } = reply;
  const taken = raw.slice(head.length);
  return {
    pieces: [{ source: raw, skipWords, takeWords: null, join: reply.join }],
    rest: {
      ...reply,
      printed: printed + taken,
      rest: rest.slice(taken.length),
      head: '',
      skipWords: 0,
      join,
    },
  };
}

function cutLong(reply: Reply, { columns, rows }: Size): Cut {
  const none = { pieces: [], rest: reply };
  const most = Math.max(WAITING_ROWS + 1, Math.floor(rows / 2));
  // Fewer letters than that have room in any case: no need to look closer.
  if (reply.rest.length < most) return none;
  const [block] = lex(reply.head + reply.rest).filter(({ type }) => type !== 'space');
  switch (block?.type) {
    case 'code':
      return cutCode(reply, block, most);
    case 'list':
      return cutList(reply, block, most, columns);
    case 'paragraph':
      return cutParagraph(reply, block, most, columns - INDENT);
    default:
      return none;
  }
}

function cutCode(reply: Reply, block: Tokens.Code, most: number): Cut {
  const source = reply.head + reply.rest;
  const opening = /^[^\S\n]*\n?(?<line>[^\n]*\n)/.exec(source)?.[0] ?? '';
  const end = source.lastIndexOf('\n') + 1;
  const body = source.slice(opening.length, end);
  if (block.codeBlockStyle === 'indented' || isClosed(block.raw)) return { pieces: [], rest: reply };
  if (body.split('\n').length <= most || end <= reply.head.length) return { pieces: [], rest: reply };
  const { head, rest, printed } = reply;
  const taken = source.slice(head.length, end);
  return {
    pieces: [{ source: opening + body, skipWords: 0, takeWords: null, join: reply.join }],
    rest: {
      ...reply,
      printed: printed + taken,
      rest: rest.slice(taken.length),
      head: opening.trimStart(),
      join: 'same',
    },
  };
}

function cutList(reply: Reply, list: Tokens.List, most: number, columns: number): Cut {
  const items = list.items.slice(0, -1);
  const raw = items.map((item) => item.raw).join('');
  const rows = items.reduce((sum, item) => sum + Math.ceil(item.raw.length / columns), 0);
  const source = reply.head + reply.rest;
  if (rows <= most || !source.startsWith(raw) || isCounted(list)) return { pieces: [], rest: reply };
  return take(reply, raw, isApart(raw) ? 'apart' : 'below');
}

function cutParagraph(reply: Reply, paragraph: Tokens.Paragraph, most: number, columns: number): Cut {
  const none = { pieces: [], rest: reply };
  // The first row of a table looks like this until the second is there.
  if (/\|[^\n]*$/.test(paragraph.raw)) return none;
  const words = wordsOf(inlineSpans(paragraph.tokens, WORDS_ONLY)).slice(reply.skipWords);
  const rows = fill(words, Math.max(1, columns));
  if (rows.length <= most) return none;
  const open = words.findIndex(mayOpen);
  const sure = open < 0 ? words.length : open;
  let takeWords = 0;
  for (const row of rows.slice(0, -WAITING_ROWS)) {
    if (takeWords + row.words > sure) break;
    takeWords += row.words;
  }
  if (takeWords === 0) return none;
  const { rest, head, skipWords, join } = reply;
  // Not what stands behind it; but the empty lines before it, which say how it joins.
  const source = head + rest;
  const end = source.indexOf(paragraph.raw) + paragraph.raw.length;
  return {
    pieces: [{ source: source.slice(0, end), skipWords, takeWords, join }],
    rest: { ...reply, skipWords: skipWords + takeWords, join: 'same' },
  };
}

/** A mark stands in it whose other half may still come, and change how all between them is read. */
function mayOpen({ spans }: Word): boolean {
  return spans.some(
    ({ text, style }) =>
      style !== 'codeInline' && style !== 'link' && /[*`~[<\\]|(?<![\p{L}\p{N}])_/u.test(text),
  );
}

/** Where colours are off, names keep their quotes: words are counted the same either way. */
const WORDS_ONLY = createTheme({ theme: 'terminal', hasColor: true, isUnicode: true, isAnimated: false });
