import { cutRow, type Row, type Span, span, widthOf } from '../rows/row.ts';
import type { Glyphs } from '../theme/glyphs.ts';
import { drawBelow } from './draw-below.ts';
import { findIn } from './history.ts';
import { placeOf, type TextRow } from './layout.ts';
import { commandName, findCommand } from './popup.ts';
import type { Around, EditorState } from './state.ts';
import { gutterOf, heightOf, rowsOf, shellPrefix } from './view.ts';

const LONG_INVITATION = 'ask, or ! for a command, / for more, ? for keys';

/** In a small window the line above the text is worth more as text. */
const ROWS_FOR_RULE = 8;

export interface Drawing {
  rows: Row[];
  /** From the first of the rows, from its first column. */
  cursor: { x: number; y: number };
}

/** What the editor looks like, in at most `maxRows`. */
export function drawEditor(state: EditorState, around: Around, glyph: Glyphs): Drawing {
  const { columns, maxRows } = around;
  const { text, cursor } = state.buffer;
  const all = rowsOf(state, columns);
  const place = placeOf(all, cursor);
  const height = Math.min(all.length, heightOf(maxRows));
  const top = Math.max(0, Math.min(state.top, all.length - height));
  const shown = all.slice(top, top + height);
  const rule = maxRows < ROWS_FOR_RULE ? [] : [[span(glyph.rule.repeat(columns), 'border')]];
  const room = maxRows - height - rule.length;
  const below = drawBelow(state, around, glyph, room);
  const queue = drawQueue(around, glyph, room - below.length);
  const gutter = gutterOf(text);
  const styles = styledRanges(state, around);
  const textRows = shown.map((row, index): Row => {
    const isFirst = top + index === 0;
    const isCut = (index === 0 && top > 0) || (index === height - 1 && top + height < all.length);
    const mark = isCut ? span(index === 0 && top > 0 ? glyph.above : glyph.below, 'dim') : null;
    return [...drawGutter(text, isFirst, mark, glyph), ...drawText(row, styles)];
  });
  const last = textRows.at(-1);
  const ghost = ghostText(state, around);
  if (last !== undefined && ghost !== '')
    textRows[textRows.length - 1] = cutRow([...last, span(ghost, 'dim')], columns - 1);
  const isInPrefix = cursor < shellPrefix(text);
  return {
    rows: [...queue, ...rule, ...textRows, ...below].map((row) => cutRow(row, columns, glyph.ellipsis)),
    cursor: {
      x: isInPrefix ? cursor : Math.min(columns - 1, gutter + place.column),
      y: queue.length + rule.length + Math.max(0, Math.min(height - 1, place.row - top)),
    },
  };
}

/** What waits for the turn to end, oldest first, and how it is taken back. */
function drawQueue({ waiting, columns }: Around, glyph: Glyphs, room: number): Row[] {
  const most = Math.min(4, room);
  if (waiting.length === 0 || most <= 0) return [];
  const shown = waiting.length > most ? waiting.slice(-(most - 1) || waiting.length) : waiting;
  const more = waiting.length - shown.length;
  const rows = shown.slice(0, most).map((text, index): Row => {
    const line = text.replace(/\s+/g, ' ');
    const hint = index === shown.length - 1 ? span(`  ${glyph.above} takes it back`, 'dim') : span('', 'dim');
    const room = columns - 3 - widthOf(hint.text);
    return [span(`${glyph.waiting} `, 'info'), ...cutRow([span(line, 'dim')], room, glyph.ellipsis), hint];
  });
  return more > 0 && rows.length < most
    ? [[span(`${glyph.waiting} `, 'info'), span(`${more} more`, 'dim')], ...rows]
    : rows;
}

function drawGutter(text: string, isFirst: boolean, mark: Span | null, glyph: Glyphs): Row {
  const width = gutterOf(text);
  if (mark !== null) return [mark, span(' '.repeat(Math.max(1, width - widthOf(mark.text))))];
  if (!isFirst) return [span(' '.repeat(width))];
  if (shellPrefix(text) > 0) return [span(glyph.shellPrompt.repeat(shellPrefix(text)), 'shell'), span(' ')];
  return [span(glyph.prompt, 'accent'), span(' ')];
}

interface StyledRange {
  start: number;
  end: number;
  style: Span['style'];
}

function drawText({ cells }: TextRow, ranges: readonly StyledRange[]): Row {
  const spans: Span[] = [];
  for (const cell of cells) {
    const range = ranges.find(({ start, end }) => start <= cell.at && cell.at < end);
    const style = range?.style ?? (cell.isToken ? 'info' : 'text');
    const last = spans.at(-1);
    if (last?.style === style) spans[spans.length - 1] = { text: last.text + cell.text, style };
    else spans.push(span(cell.text, style));
  }
  return spans;
}

/** What is found, what is mentioned, and the name of a command that exists. */
function styledRanges({ buffer: { text }, search }: EditorState, { commands }: Around): StyledRange[] {
  if (search !== null) {
    const found = search.at === null ? null : findIn(text, search.query);
    return found === null ? [] : [{ ...found, style: 'match' }];
  }
  if (shellPrefix(text) > 0) return [];
  const name = commandName(text);
  if (name !== null && findCommand(commands, name) !== null) {
    return [{ start: 0, end: name.length + 1, style: 'accent' }];
  }
  return Array.from(text.matchAll(/(?<=^|[\s([{"'`,;])@[^\s@]+/g), ({ index, 0: word }) => ({
    start: index,
    end: index + word.length,
    style: 'accent',
  }));
}

/** What may be typed next, as long as nothing is. */
function ghostText(
  { buffer: { text, cursor }, search }: EditorState,
  { columns, commands, isWorking }: Around,
): string {
  if (cursor !== text.length || search !== null) return '';
  if (text === '' && isWorking) return 'type ahead; Esc interrupts';
  if (text === '') return columns < 60 ? 'ask, or ! / @, ? for keys' : LONG_INVITATION;
  const name = /^\/(\S+) $/.exec(text)?.[1];
  return name === undefined ? '' : (findCommand(commands, name)?.argumentHint ?? '');
}
