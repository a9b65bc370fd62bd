import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut, offsetAt, placeOf, rowEnd, scrollTo } from '../../../src/tui/editor/layout.ts';
import { labelOf } from '../../../src/tui/editor/paste.ts';
import { widthOf } from '../../../src/tui/rows/row.ts';
import { anyText } from './editing.ts';

function lay(text: string, columns: number) {
  return layOut(text, { columns, labelOf: (letter) => labelOf(['one\ntwo\nthree\nfour'], letter) });
}

function drawn(text: string, columns: number): string[] {
  return lay(text, columns).map(({ cells }) => cells.map((cell) => cell.text).join(''));
}

describe('the rows of a text', () => {
  it('break between words', () => {
    expect(drawn('restart the proxy of bilbo', 12)).toEqual(['restart the ', 'proxy of ', 'bilbo']);
  });

  it('break a word that is longer than a row', () => {
    expect(drawn('abcdefghij', 5)).toEqual(['abcd', 'efgh', 'ij']);
  });

  it('let the blank after a full row stand in the free column', () => {
    expect(drawn('abcd efgh', 5)).toEqual(['abcd ', 'efgh']);
    expect(drawn('abcd ', 5)).toEqual(['abcd ', '']);
  });

  it('do not cut wide letters in two', () => {
    expect(drawn('漢字漢字', 6)).toEqual(['漢字', '漢字']);
    expect(drawn('a👩‍💻b', 3)).toEqual(['a', '👩‍💻', 'b']);
  });

  it('draw a tab up to the next stop', () => {
    expect(drawn('a\tb', 20)).toEqual(['a   b']);
    expect(drawn('abcd\tb', 20)).toEqual(['abcd    b']);
  });

  it('draw a token by its name', () => {
    expect(drawn('see \u{100000} there', 40)).toEqual(['see [pasted 4 lines #1] there']);
  });

  it('hold every letter once, in order, within the columns', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.integer({ min: 3, max: 30 }), (before, after, columns) => {
        const text = `${before}\u{100000}${after}`;
        const rows = lay(text, columns);
        expect(rows.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text.replaceAll('\n', ''));
        expect(
          rows
            .flatMap(({ cells }) => cells.map(({ at }) => at))
            .every((at, i, all) => i === 0 || at > (all[i - 1] ?? 0)),
        ).toBe(true);
        for (const { cells } of rows) {
          expect(cells.reduce((sum, { width }) => sum + width, 0)).toBeLessThanOrEqual(columns);
          for (const { text: letter, width } of cells) expect(widthOf(letter)).toBe(width);
        }
      }),
    );
  });

  it('have a place for every cursor, left of the last column, and find the way back', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 4, max: 30 }), (text, columns) => {
        const rows = lay(text, columns);
        const places = rows.flatMap(({ cells, end }) => [...cells.map(({ at }) => at), end]);
        for (const at of places) {
          const { row, column } = placeOf(rows, at);
          expect(column).toBeLessThan(columns);
          expect(rows[row]?.start).toBeLessThanOrEqual(at);
          const back = offsetAt(rows, row, column);
          // Letters without a width share a column.
          expect(placeOf(rows, back)).toEqual({ row, column });
          expect(placeOf(rows, rowEnd(rows, row)).row).toBe(row);
        }
      }),
    );
  });

  it('scroll only as far as the cursor needs', () => {
    expect(scrollTo(0, 3, 10, 4)).toBe(0);
    expect(scrollTo(0, 4, 10, 4)).toBe(1);
    expect(scrollTo(5, 6, 10, 4)).toBe(5);
    expect(scrollTo(5, 2, 10, 4)).toBe(2);
    expect(scrollTo(5, 1, 2, 4)).toBe(0);
  });
});
