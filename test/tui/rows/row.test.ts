import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, cutFront, cutRow, padTo, rowText, rowWidth, span, widthOf } from '../../../src/tui/rows/row.ts';
import { wrapExactly, wrapWords } from '../../../src/tui/rows/wrap.ts';

/** Words in many scripts, with what is wide, joined and of no width. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', '-', ' ', ' ', '日', '한', '👩‍🚀', 'e\u0301', 'ß', '/', '\n'),
});
const spans = fc.array(
  text.map((value) => span(value)),
  { maxLength: 6 },
);
const width = fc.integer({ min: 2, max: 40 });

describe('rows', () => {
  it('are never wider than they may be, however they are made', () => {
    fc.assert(
      fc.property(spans, width, (parts, columns) => {
        for (const row of [...wrapExactly(parts, columns), ...wrapWords(parts, columns)]) {
          expect(rowWidth(row)).toBeLessThanOrEqual(columns);
        }
        const line = parts.map(({ text: part }) => span(part.replaceAll('\n', '')));
        expect(rowWidth(cutRow(line, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('keep every character of what has to be read exactly', () => {
    fc.assert(
      fc.property(spans, width, (parts, columns) => {
        expect(wrapExactly(parts, columns).map(rowText).join('')).toBe(rowText(parts).replaceAll('\n', ''));
      }),
    );
  });

  it('keep every word of a sentence', () => {
    fc.assert(
      fc.property(spans, width, (parts, columns) => {
        const kept = wrapWords(parts, columns).map(rowText).join('');
        expect(kept.replaceAll(/\s/g, '')).toBe(rowText(parts).replaceAll(/\s/g, ''));
      }),
    );
  });

  it('break a sentence at its spaces', () => {
    const rows = wrapWords([span('Restarting a unit stops '), span('what it serves', 'strong')], 18);
    expect(rows.map(rowText)).toEqual(['Restarting a unit', 'stops what it', 'serves']);
  });

  it('keep the lines of a command apart', () => {
    expect(wrapExactly([span('cat <<E\nhi\n\nE')], 5).map(rowText)).toEqual(['cat <', '<E', 'hi', '', 'E']);
  });
});

describe('a text that is cut', () => {
  it('says so, and is as wide as it may be', () => {
    expect(cut('postgresql.service', 10)).toBe('postgresq…');
    expect(cutFront('/srv/data/pg/main', 10)).toBe('…a/pg/main');
    expect(cut('日本語のログ', 6)).toBe('日本…');
    expect(cut('abcdef', 5, '...')).toBe('ab...');
  });

  it('is left alone when it fits', () => {
    expect(cut('日本語', 6)).toBe('日本語');
    expect(cutFront('abc', 3)).toBe('abc');
  });

  it('is padded to its column', () => {
    expect(padTo('日本', 6)).toBe('日本  ');
    expect(widthOf(padTo('e\u0301tat long', 5))).toBe(5);
  });

  it('is cut between the spans of a row with the mark at the end', () => {
    expect(rowText(cutRow([span('abc'), span('def'), span('ghi')], 7))).toBe('abcdef…');
    expect(rowText(cutRow([span('abc'), span('def'), span('ghi')], 6))).toBe('abcde…');
  });
});
