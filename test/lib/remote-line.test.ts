import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromRemoteLine, toRemoteLine } from '../../src/lib/remote-line.ts';

const words = fc.array(
  fc.string({ unit: 'binary', maxLength: 12 }).filter((word) => !word.includes('\0')),
  {
    minLength: 1,
    maxLength: 6,
  },
);

describe('a line for the shell over there', () => {
  it('gives its words back, and no other line gives any', () => {
    fc.assert(fc.property(words, (some) => void expect(fromRemoteLine(toRemoteLine(some))).toEqual(some)));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        const found = fromRemoteLine(line);
        if (found !== null) expect(toRemoteLine(found)).toBe(line);
      }),
    );
    for (const line of ['', ' a', 'a ', 'a;b', "'a", 'a"b"', "'a'b", '$x', 'a\nb', 'a  b', '~']) {
      expect(fromRemoteLine(line), line).toBeNull();
    }
  });

  it('is read by a shell as exactly these words', () => {
    const hostile = [
      "it's",
      '$(id)',
      '`id`',
      'a b',
      '*',
      '~',
      '',
      '"',
      '\\',
      'a\nb',
      ';',
      '#',
      '!',
      "''",
      '-n',
    ];
    const line = toRemoteLine(['printf', '[%s]', ...hostile]);
    expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' })).toBe(
      hostile.map((word) => `[${word}]`).join(''),
    );
  });
});
