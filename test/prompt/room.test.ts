import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asLine, bytesOf, fitLines, shareRoom } from '../../src/prompt/room.ts';

describe('shareRoom', () => {
  test('gives the small what they need and the large what is left', () => {
    expect(shareRoom([10, 500, 300], 310)).toEqual([10, 150, 150]);
    expect(shareRoom([10, 20], 100)).toEqual([10, 20]);
    expect(shareRoom([10, 20], -5)).toEqual([0, 0]);
  });

  test('never gives more than needed, and never more than there is', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000)), fc.integer({ min: -10, max: 5_000 }), (needs, room) => {
        const shares = shareRoom(needs, room);
        expect(shares.every((share, index) => share >= 0 && share <= (needs[index] ?? 0))).toBe(true);
        expect(shares.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(Math.max(0, room));
      }),
    );
  });
});

describe('fitLines', () => {
  const rest = (count: number) => `and ${count} more`;

  test('says how many did not fit', () => {
    expect(fitLines(['one', 'two', 'three'], 100, rest)).toEqual(['one', 'two', 'three']);
    expect(fitLines(['one', 'two', 'three four five'], 20, rest)).toEqual(['one', 'two', 'and 1 more']);
    expect(fitLines(['one'], 2, rest)).toEqual([]);
  });

  test('keeps to the room, line ends included', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: -5, max: 300 }), (lines, room) => {
        const fitted = fitLines(lines, room, rest);
        if (fitted.length > 0) expect(bytesOf(`${fitted.join('\n')}\n`)).toBeLessThanOrEqual(room);
      }),
    );
  });
});

test('asLine gives one line of no more than the limit, without half a character', () => {
  expect(asLine(' a\r\n\tb\u001b[31m ', 20)).toBe('a b [31m');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 40 }), (text, limit) => {
      const line = asLine(text, limit);
      expect(line.length).toBeLessThanOrEqual(limit);
      expect(line).not.toMatch(/[\n\r\u0000-\u001f]/);
      expect(line.isWellFormed()).toBe(true);
    }),
  );
});
