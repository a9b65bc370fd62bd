import { graphemes, type Row, type Span, widthOf } from './row.ts';

/** What is not broken over two rows while one has room for it: letters between spaces, of any styles. */
export interface Word {
  spans: Span[];
  width: number;
  /** Columns of space before it, when it is not the first of its row. */
  gap: number;
  /** It begins a new row, whatever room there is: a line break was written before it. */
  isAfterBreak: boolean;
}

/** Scripts that break between any two letters. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u;
/** What no row begins with. */
const CLOSING = /^[、。，．！？：；）」』】〉》〕，．・ー]/u;

export function wordsOf(spans: readonly Span[]): Word[] {
  const words: Word[] = [];
  let gap = 0;
  let isAfterBreak = false;
  let isOpen = false;
  const put = (text: string, style: Span['style']): void => {
    const word = words.at(-1);
    if (!isOpen || word === undefined) {
      words.push({ spans: [{ text, style }], width: widthOf(text), gap, isAfterBreak });
      gap = 0;
      isAfterBreak = false;
      isOpen = true;
      return;
    }
    const last = word.spans.at(-1);
    if (last?.style === style) last.text += text;
    else word.spans.push({ text, style });
    word.width += widthOf(text);
  };
  for (const { text, style } of spans) {
    for (const part of text.match(/\n|[^\S\n\u00a0]+|[^\s]+|\u00a0+/g) ?? []) {
      if (part === '\n') {
        // Two in a row are an empty row.
        if (isAfterBreak) words.push({ spans: [], width: 0, gap: 0, isAfterBreak });
        isAfterBreak = true;
        gap = 0;
        isOpen = false;
      } else if (/^[^\S\n\u00a0]/.test(part)) {
        if (!isAfterBreak) gap += widthOf(part.replaceAll('\t', ' '));
        isOpen = false;
      } else if (WIDE.test(part)) {
        for (const letter of graphemes(part)) {
          if (WIDE.test(letter) && !CLOSING.test(letter)) isOpen = false;
          put(letter, style);
          if (WIDE.test(letter) && !CLOSING.test(letter)) isOpen = true;
        }
      } else put(part, style);
    }
  }
  return words;
}

/** Rows of at most `width` columns and how many words each took. A word that is wider is broken where a row ends. */
export function fill(words: readonly Word[], width: number): { row: Row; words: number }[] {
  const rows: { row: Span[]; words: number }[] = [];
  let used = 0;
  for (const word of words) {
    const current = rows.at(-1);
    const columns = current === undefined || used === 0 ? word.width : word.gap + word.width;
    if (current !== undefined && !word.isAfterBreak && used + columns <= width) {
      if (used > 0 && word.gap > 0)
        append(current.row, { text: ' '.repeat(word.gap), style: gapStyle(current.row, word) });
      for (const span of word.spans) append(current.row, span);
      used += columns;
      current.words++;
      continue;
    }
    if (word.width <= width) {
      rows.push({ row: [...word.spans], words: 1 });
      used = word.width;
      continue;
    }
    const broken = breakWord(word, width);
    for (const row of broken) rows.push({ row, words: 0 });
    const last = rows.at(-1);
    // A word counts where it ends, so that none is taken for printed before all of it is.
    if (last !== undefined) last.words = 1;
    used = last?.row.reduce((sum, { text }) => sum + widthOf(text), 0) ?? 0;
  }
  return rows;
}

export function flow(spans: readonly Span[], width: number): Row[] {
  return fill(wordsOf(spans), Math.max(1, width)).map(({ row }) => row);
}

function breakWord(word: Word, width: number): Span[][] {
  const rows: Span[][] = [[]];
  let used = 0;
  for (const { text, style } of word.spans) {
    for (const letter of graphemes(text)) {
      const columns = widthOf(letter);
      if (used > 0 && used + columns > width) {
        rows.push([]);
        used = 0;
      }
      append(rows.at(-1) ?? [], { text: letter, style });
      used += columns;
    }
  }
  return rows;
}

/** A space between two words of one style belongs to it: underlined links and marked text have no holes. */
function gapStyle(row: readonly Span[], word: Word): Span['style'] {
  const style = row.at(-1)?.style;
  return style !== undefined && style === word.spans[0]?.style ? style : 'text';
}

function append(row: Span[], { text, style }: Span): void {
  const last = row.at(-1);
  if (last?.style === style) row[row.length - 1] = { text: last.text + text, style };
  else row.push({ text, style });
}
