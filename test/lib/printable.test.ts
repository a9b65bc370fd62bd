import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/lib/printable.ts';

describe('text for a terminal', () => {
  it('keeps ordinary text, tabs, lines and other scripts as they are', () => {
    const text = 'Größe\t12 %\n日本語 👩‍🔧 café\n';
    expect(printable(text)).toBe(text);
  });

  it.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a cursor that goes back over a line', 'denied\u001b[2K\u001b[1Gallowed', 'deniedallowed'],
    ['a title', '\u001b]0;owned\u0007text', 'text'],
    ['a link that says something else', '\u001b]8;;http://evil.test\u0007safe\u001b]8;;\u0007', 'safe'],
    ['the eight-bit form', '\u009b31mred', 'red'],
    ['a carriage return that overwrites', 'rm -rf /\rls       ', 'rm -rf /\nls       '],
    ['text that runs backwards', 'a\u202egpj.exe', 'agpj.exe'],
    ['bells and nulls', 'a\u0007\u0000b', 'ab'],
  ])('takes out %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('leaves no control character but tab and line feed, whatever comes, and is done after once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = printable(text);
        expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        expect(printable(shown)).toBe(shown);
      }),
    );
  });
});
