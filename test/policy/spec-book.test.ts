import { describe, expect, it } from 'vitest';
import { bookOf, openSpecs, packSpecs } from '../../src/policy/index.ts';
import { shippedSpecs } from './support.ts';

describe('a book of specs', () => {
  it('gives every spec under each of its names, as it was packed and sent through JSON', () => {
    const { index, text } = packSpecs(shippedSpecs);
    const book = openSpecs(JSON.parse(JSON.stringify(index)), text);
    const given = shippedSpecs.flatMap(({ names }) => names.map((name) => book.get(name)));
    expect(given).toEqual(shippedSpecs.flatMap((spec) => spec.names.map(() => spec)));
  });

  it('gives each spec once, and reads of the text what is asked for', () => {
    const { index, text } = packSpecs(shippedSpecs);
    const read: string[] = [];
    const slice = (start: number, end: number): string => {
      read.push(text.slice(start, end));
      return text.slice(start, end);
    };
    const book = openSpecs(index, { slice });
    expect([book.get('df'), book.get('df'), book.get('no-such-program')].map((one) => one?.names)).toEqual([
      ['df'],
      ['df'],
      undefined,
    ]);
    expect(read).toEqual([JSON.stringify(shippedSpecs.find(({ names }) => names.includes('df')))]);
    expect(book.all()).toEqual(shippedSpecs);
  });

  it('writes a text in which a byte is a character', () => {
    const [first] = shippedSpecs;
    if (first === undefined) throw new Error('no specs');
    const foreign = { ...first, allow: ['echo größer 日本 🚢'] };
    const { index, text } = packSpecs([foreign]);
    expect(Buffer.byteLength(text)).toBe(text.length);
    expect(openSpecs(index, text).all()).toEqual([foreign]);
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
