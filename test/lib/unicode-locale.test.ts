import { describe, expect, it } from 'vitest';
import { hasUnicode } from '../../src/lib/unicode-locale.ts';

describe('the locale', () => {
  it.each([
    [{ LANG: 'C.UTF-8' }, true],
    [{ LANG: 'de_DE.utf8' }, true],
    [{ LANG: 'POSIX' }, false],
    [{ LANG: 'de_DE@euro' }, false],
    [{}, false],
  ])('says with %j whether it has Unicode: %s', (env, expected) => {
    expect(hasUnicode(env)).toBe(expected);
  });

  it('listens to LC_ALL before LC_CTYPE before LANG, and not to empty ones', () => {
    expect(hasUnicode({ LC_ALL: 'C', LC_CTYPE: 'C.UTF-8', LANG: 'C.UTF-8' })).toBe(false);
    expect(hasUnicode({ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' })).toBe(true);
  });

  it('does not trust the font of the console', () => {
    expect(hasUnicode({ TERM: 'linux', LANG: 'C.UTF-8' })).toBe(false);
  });
});
