import { graphemes, type Row, type Span, widthOf } from './row.ts';

/**
 * Rows of at most `width` columns. Every character is kept but the line feeds, so that what is read is what is there:
 * for command lines and file names. A grapheme wider than `width` has a row to itself.
 */
export function wrapExactly(spans: readonly Span[], width: number): Row[] {
  const rows: Span[][] = [[]];
  let used = 0;
  for (const { text, style } of spans) {
    let piece = '';
    const flush = (): void => {
      if (piece !== '') rows.at(-1)?.push({ text: piece, style });
      piece = '';
    };
    const next = (): void => {
      flush();
      rows.push([]);
      used = 0;
    };
    for (const grapheme of graphemes(text)) {
      if (grapheme === '\n') {
        next();
        continue;
      }
      const columns = widthOf(grapheme);
      if (used + columns > width && used > 0) next();
      piece += grapheme;
      used += columns;
    }
    flush();
  }
  return rows;
}

/** Rows of at most `width` columns, broken at spaces where there are any; for sentences. */
export function wrapWords(spans: readonly Span[], width: number): Row[] {
  const rows: Span[][] = [[]];
  let used = 0;
  const next = (): void => {
    rows.push([]);
    used = 0;
  };
  const put = (text: string, style: Span['style']): void => {
    const row = rows.at(-1) ?? [];
    const last = row.at(-1);
    if (last?.style === style) row[row.length - 1] = { text: last.text + text, style };
    else row.push({ text, style });
    used += widthOf(text);
  };
  for (const { text, style } of spans) {
    for (const word of text.match(/\n|[^\S\n]+|[^\s]+/g) ?? []) {
      if (word === '\n') {
        next();
        continue;
      }
      const columns = widthOf(word);
      const isSpace = /^\s/.test(word);
      if (used + columns <= width) {
        if (!(isSpace && used === 0 && rows.length > 1)) put(word, style);
        continue;
      }
      // The space at which a row ends is not part of the next.
      if (isSpace) {
        next();
        continue;
      }
      if (used > 0 && columns <= width) next();
      for (const grapheme of graphemes(word)) {
        if (used > 0 && used + widthOf(grapheme) > width) next();
        put(grapheme, style);
      }
    }
  }
  return rows.map(withoutTrailingSpace);
}

function withoutTrailingSpace(row: Span[]): Row {
  const last = row.at(-1);
  if (last === undefined) return row;
  const text = last.text.trimEnd();
  return text === '' ? row.slice(0, -1) : [...row.slice(0, -1), { ...last, text }];
}
