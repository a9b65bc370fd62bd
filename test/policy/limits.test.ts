import { describe, expect, it } from 'vitest';
import { checkCharacters } from '../../src/policy/limits.ts';

const hex = (code: number): string => code.toString(16).padStart(4, '0');

describe('the characters of a line', () => {
  it('are let through when they are ASCII that shows, a tab or a line end', () => {
    for (let code = 0; code < 0x80; code++) {
      const isPlain = (code >= 0x20 && code < 0x7f) || code === 0x09 || code === 0x0a;
      const rule = checkCharacters(`ls ${String.fromCharCode(code)} x`)?.rule;
      expect(rule, hex(code)).toBe(isPlain ? undefined : 'characters:control');
    }
  });

  it('are let through when they are letters of another alphabet', () => {
    expect(checkCharacters('grep größe данные 中文 😀')).toBeUndefined();
  });

  it.each([0x00ad, 0x061c, 0x200b, 0x200e, 0x202e, 0x2066, 0x2028, 0xfe0f, 0xfeff, 0xfff9])(
    'are refused when they do not show: %s',
    (code) => {
      expect(checkCharacters(`ls ${String.fromCodePoint(code)}`)?.rule, hex(code)).toBe(
        'characters:invisible',
      );
    },
  );

  it.each([
    ['C1', '\u0085', 'characters:control'],
    ['half a pair', '\ud83d', 'characters:broken'],
    ['the other half', 'x\ude00', 'characters:broken'],
  ])('are refused when they are %s', (_, text, rule) => {
    expect(checkCharacters(`ls ${text}`)?.rule).toBe(rule);
  });
});
