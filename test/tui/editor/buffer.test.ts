import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as buffers from '../../../src/tui/editor/buffer.ts';
import { boundaryAt } from '../../../src/tui/editor/graphemes.ts';
import { anyText } from './editing.ts';

const anyPlace = fc.double({ min: 0, max: 1, noNaN: true });
const anyBuffer = fc
  .tuple(anyText, anyPlace)
  .map(([text, part]) => buffers.bufferOf(text, Math.round(part * text.length)));

function lettersOf(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

/** Boundaries of the whole text, found the slow way. */
function boundaries(text: string): number[] {
  const all = [0];
  for (const letter of lettersOf(text)) all.push((all.at(-1) ?? 0) + letter.length);
  return all;
}

describe('the buffer', () => {
  it('has its cursor between two letters, whatever is typed where', () => {
    fc.assert(
      fc.property(anyBuffer, anyText, (buffer, typed) => {
        const { text, cursor } = buffers.insert(buffer, typed);
        expect(text).toBe(buffer.text.slice(0, buffer.cursor) + typed + buffer.text.slice(buffer.cursor));
        expect(boundaries(text)).toContain(cursor);
        expect(cursor).toBeGreaterThanOrEqual(buffer.cursor + typed.length);
      }),
    );
  });

  it('goes left and right by letters as a naive model does', () => {
    fc.assert(
      fc.property(anyBuffer, (buffer) => {
        const all = boundaries(buffer.text);
        expect(buffers.left(buffer)).toBe(all.findLast((at) => at < buffer.cursor) ?? 0);
        expect(buffers.right(buffer)).toBe(all.find((at) => at > buffer.cursor) ?? buffer.text.length);
        expect(boundaryAt(buffer.text, buffer.cursor)).toBe(buffer.cursor);
      }),
    );
  });

  it('finds words as a naive model does', () => {
    fc.assert(
      fc.property(anyBuffer, (buffer) => {
        const letters = lettersOf(buffer.text.slice(0, buffer.cursor));
        const outline = letters.map((letter) => (letter.trim() === '' ? ' ' : 'x')).join('');
        const last = /x* *$/.exec(outline)?.[0].length ?? 0;
        const kept = letters.slice(0, letters.length - last).join('');
        expect(buffers.blankWordBefore(buffer)).toBe(kept.length);
      }),
    );
    // A blank that carries a mark is a letter by itself.
    expect(buffers.blankWordBefore(buffers.bufferOf('  🏽', 4))).toBe(1);
    const anyAscii = fc.string({ unit: fc.constantFrom('a', 'Z', '9', '_', ' ', '.', '-', '\n') });
    fc.assert(
      fc.property(anyAscii, anyAscii, (before, after) => {
        const buffer = buffers.bufferOf(before + after, before.length);
        const back = /\w*\W*$/.exec(before)?.[0].length ?? 0;
        const on = /^\W*\w*/.exec(after)?.[0].length ?? 0;
        expect(buffers.wordBefore(buffer)).toBe(before.length - back);
        expect(buffers.wordAfter(buffer)).toBe(before.length + on);
      }),
    );
  });

  it('takes out exactly what it says it took out', () => {
    fc.assert(
      fc.property(anyBuffer, (buffer) => {
        const start = buffers.wordBefore(buffer);
        const { buffer: rest, removed } = buffers.cut(buffer, start, buffer.cursor);
        expect(rest.text.slice(0, start) + removed + rest.text.slice(start)).toBe(buffer.text);
      }),
    );
  });

  it.each([
    ['ab|', 'ba|'],
    ['a|b', 'ba|'],
    ['|ab', '|ab'],
    ['a|', 'a|'],
    ['x 漢👩‍💻|', 'x 👩‍💻漢|'],
    ['ab|\ncd', 'ba|\ncd'],
    ['ab\n|cd', 'ab\n|cd'],
  ])('transposes %j to %j', (before, after) => {
    const cursor = before.indexOf('|');
    const { text, cursor: at } = buffers.transpose(buffers.bufferOf(before.replace('|', ''), cursor));
    expect(`${text.slice(0, at)}|${text.slice(at)}`).toBe(after);
  });
});
