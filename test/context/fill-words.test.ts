import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FillError, fillArgv, fillUrl } from '../../src/context/fill-words.ts';

const SCOPE = { path: '/srv/two words', paths: ['/a', '/b'], disk: { name: '/dev/sda' }, none: [] };
const NAMES = new Set(Object.keys(SCOPE));

describe('words of a probe', () => {
  it('stay one word each, whatever is filled in, but for a list by itself', () => {
    expect(fillArgv(['ls', '{path}', '-d{disk.name}', '{paths}', '{none}'], SCOPE, NAMES)).toEqual([
      ...['ls', '/srv/two words', '-d/dev/sda', '/a', '/b'],
    ]);
  });

  it('keep braces that name nothing of the probe', () => {
    const words = ['docker', '{{.Names}}', '{{json .}}', '{}', '{other}'];
    expect(fillArgv(words, SCOPE, NAMES)).toEqual(words);
  });

  it.each(['', '-rf', 'a\nb', 'a\0b'])('are not made of %j', (value) => {
    expect(() => fillArgv(['ls', '{path}'], { path: value }, new Set(['path']))).toThrow(FillError);
  });

  it('are not made of a field that is not there', () => {
    expect(() => fillArgv(['{disk.size}'], SCOPE, NAMES)).toThrow('there is no text for {disk.size}');
    expect(() => fillArgv(['{path.constructor}'], SCOPE, NAMES)).toThrow(FillError);
  });

  it('never grow in number with the value', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        try {
          return fillArgv(['x{v}'], { v: value }, new Set(['v'])).length === 1;
        } catch (error) {
          return error instanceof FillError;
        }
      }),
    );
  });
});

describe('an address', () => {
  it('holds a value behind its ? as text of the query', () => {
    const scope = { base: 'http://p:9090/', q: 'up{job="a&b"} == 0' };
    const url = fillUrl('{base}/api/v1/query?query={q}&x=1', scope, new Set(['base', 'q']));
    expect(url).toBe('http://p:9090/api/v1/query?query=up%7Bjob%3D%22a%26b%22%7D%20%3D%3D%200&x=1');
    expect(new URL(url).searchParams.get('query')).toBe(scope.q);
  });
});
