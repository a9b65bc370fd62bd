import { describe, expect, it } from 'vitest';
import { fill, flow, wordsOf } from '../../../src/tui/rows/flow.ts';
import { paint, plain } from '../../../src/tui/rows/paint.ts';
import { type Row, span } from '../../../src/tui/rows/row.ts';
import { createTheme } from '../../../src/tui/theme/theme.ts';
import { THEME, textOf } from '../support.ts';

const row: Row = [span('a ', 'bad'), span('b'), span('', 'ok')];

describe('painted rows', () => {
  it('close each style in itself, so that a row can stand alone', () => {
    expect(paint([row, row], THEME.style, 4)).toBe('\u001b[1;31ma \u001b[0mb\n\u001b[1;31ma \u001b[0mb');
    expect(plain([row, row])).toBe('a b\na b');
  });

  it('use the colours that the terminal has', () => {
    const { style } = createTheme({ theme: 'dark', hasColor: true, isUnicode: true, isAnimated: false });
    const green: Row = [span('x', 'ok')];
    expect(paint([green], style, 24)).toBe('\u001b[38;2;143;207;148mx\u001b[0m');
    expect(paint([green], style, 8)).toBe('\u001b[38;5;151mx\u001b[0m');
    expect(paint([green], style, 4)).toBe('x');
  });

  it('let no sequence through that came with the text', () => {
    expect(paint([[span('\u001b[2Jx\u0007')]], THEME.style, 4)).toBe('x');
  });
});

describe('flowing text', () => {
  it('breaks between words, not between styles', () => {
    const spans = [span('one '), span('two', 'strong'), span(', three')];
    expect(textOf(flow(spans, 9))).toBe('one two,\nthree');
    expect(flow(spans, 9)[0]).toEqual([span('one '), span('two', 'strong'), span(',')]);
  });

  it('breaks Chinese and Japanese between letters, but begins no row with a full stop', () => {
    expect(textOf(flow([span('日本語。終')], 6))).toBe('日本\n語。終');
  });

  it('keeps line breaks and the empty rows between them', () => {
    expect(textOf(flow([span('a\n\nb  c')], 10))).toBe('a\n\nb  c');
  });

  it('says how many words each row took, a broken one where it ends', () => {
    const rows = fill(wordsOf([span('ab abcdefgh cd')]), 4);
    expect(rows.map(({ words }) => words)).toEqual([1, 0, 1, 1]);
  });
});
