import { describe, expect, it } from 'vitest';
import { bookOf, openSpecs, packSpecs } from '../../src/policy/index.ts';
import { shippedSpecs } from './support.ts';

describe('a book of specs', () => {
  it('gives every spec under each of its names, as it was packed and sent through JSON', () => {
    const book = openSpecs(JSON.parse(JSON.stringify(packSpecs(shippedSpecs))));
    const given = shippedSpecs.flatMap(({ names }) => names.map((name) => book.get(name)));
    expect(given).toEqual(shippedSpecs.flatMap((spec) => spec.names.map(() => spec)));
  });

  it('knows no program by a name that every object has', () => {
    const book = bookOf(shippedSpecs);
    expect(['constructor', 'toString', '__proto__', 'hasOwnProperty', ''].map(book.get)).toEqual(
      Array.from({ length: 5 }),
    );
  });

  it('has another digest when a spec changes', () => {
    const [first, ...rest] = shippedSpecs;
    if (first === undefined) throw new Error('no specs');
    const changed = [{ ...first, allow: [...first.allow, 'true'] }, ...rest];
    expect(bookOf(changed).digest).not.toBe(bookOf(shippedSpecs).digest);
    expect(bookOf([...shippedSpecs]).digest).toBe(bookOf(shippedSpecs).digest);
  });
});
