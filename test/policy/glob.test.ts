import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapePattern, matcherOfAny, mayMatchBelow, mayMatchBoth, split } from '../../src/policy/glob.ts';

const meet = (a: string, b: string): boolean => mayMatchBoth(split(a), split(b));

describe('patterns', () => {
  it.each([
    ['/etc/sha*', '/etc/shadow', true],
    ['/e?c/[rs]hadow', '/etc/shadow', true],
    ['/*/*', '/etc/shadow', true],
    ['/etc/*.conf', '/etc/shadow', false],
    ['/srv/*', '/srv/.env', false],
    ['/srv/.*', '/srv/.env', true],
    ['/srv/a/b.pem', '**/*.pem', true],
    ['/srv/x', '**/.ssh/**', false],
    ['/home/a/.ssh', '**/.ssh/**', true],
    ['/home/a/.ssh/b/c', '**/.ssh/**', true],
    ['/ETC/Shadow', '/etc/shadow', true],
    ['/etc/sha\\*', '/etc/shadow', false],
    ['/etc/[[:alpha:]]hadow', '/etc/shadow', true],
  ])('%s and %s have a path in common: %s', (a, b, expected) => {
    expect(meet(a, b)).toBe(expected);
  });

  it.each([
    ['/srv/x', '**', true],
    ['/srv/a/b/c', '/srv/**/c', true],
    ['/srv/c', '/srv/**/c', true],
    ['/srv/c/d', '/srv/**/c', false],
    ['/', '**/a', false],
    ['/a/**', '**/b', true],
    ['/a/**/b/x', '**/b', false],
    ['/x.y', '**/x[.]y', true],
    ['/x+y', '**/x+*', true],
    ['/xxy', '**/x+*', false],
    ['/a/aXbXcXdXe', '**/a*b*c*d*e', true],
    ['/a/aXbXcXdX', '**/a*b*c*d*e', false],
  ])('%s and %s, of which one may go on through folders: %s', (a, b, expected) => {
    expect(meet(a, b)).toBe(expected);
    expect(meet(b, a)).toBe(expected);
  });

  it('know what may lie below a folder', () => {
    expect(mayMatchBelow(split('/etc'), split('/etc/shadow'))).toBe(true);
    expect(mayMatchBelow(split('/'), split('/etc/shadow'))).toBe(true);
    expect(mayMatchBelow(split('/srv'), split('/etc/shadow'))).toBe(false);
  });

  const text = fc
    .array(fc.constantFrom('a', 'b', '*', '?'), { minLength: 1, maxLength: 5 })
    .map((c) => c.join(''));
  const plain = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 5 }).map((c) => c.join(''));

  it('never miss a path that both match', () => {
    const matches = (pattern: string, path: string): boolean =>
      new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(path);
    fc.assert(
      fc.property(text, text, plain, (a, b, path) => {
        if (matches(a, path) && matches(b, path)) expect(meet(`/${a}`, `/${b}`)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('are passed over only by paths that they do not match', () => {
    const part = fc.constantFrom(
      'a',
      'B',
      '.b',
      'key',
      '*',
      '?',
      '**',
      '[ab]',
      '\\*',
      'K',
      'İ',
      'Σ',
      'ß',
      '/',
    );
    const path = fc.array(part, { minLength: 1, maxLength: 7 }).map((parts) => `/${parts.join('')}`);
    fc.assert(
      fc.property(fc.array(path, { maxLength: 4 }), path, (patterns, name) => {
        const isMet = patterns.some((pattern) => meet(escapePattern(name), pattern));
        expect(matcherOfAny(patterns)(name)).toBe(isMet);
      }),
      { numRuns: 5000 },
    );
  });

  it('take an escaped text for nothing but itself', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 6 }), (name) => {
        fc.pre(!name.includes('/'));
        expect(meet(`/${escapePattern(name)}`, `/${escapePattern(name)}`)).toBe(true);
        expect(meet(`/${escapePattern(name)}`, `/${escapePattern(name)}x`)).toBe(false);
      }),
    );
  });
});
