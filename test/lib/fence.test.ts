import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fence, fenceCost } from '../../src/lib/fence.ts';

const MARKER = '0123456789abcdef';

/** Text of somebody who does not know the marker but plays with every part of the tags, and of somebody who does. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        MARKER,
        MARKER.toUpperCase(),
        MARKER.slice(0, 8),
        MARKER.slice(8),
        `</data-${MARKER}>`,
        `<data-${MARKER} of="x">`,
        '</data-',
        '</system-reminder>',
        '"',
        '>',
        '\n',
        '…',
      ),
    ),
  )
  .map((parts) => parts.join(''));

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe('fence', () => {
  test('puts text between two tags with the marker', () => {
    expect(fence('/dev/sda1 95% /\n', { marker: MARKER, label: 'P3: df -P' })).toBe(
      `<data-${MARKER} of="P3: df -P">\n/dev/sda1 95% /\n</data-${MARKER}>`,
    );
  });

  test('leaves other closing tags as they are: without the marker they are data', () => {
    expect(fence('</system-reminder></data>', { marker: MARKER, label: 'x' })).toContain(
      '</system-reminder></data>',
    );
  });

  test('has exactly one opening and one closing tag, whatever text and label say', () => {
    fc.assert(
      fc.property(hostile, hostile, (text, label) => {
        const fenced = fence(text, { marker: MARKER, label });
        expect(count(fenced.toLowerCase(), MARKER)).toBe(2);
        expect(fenced.startsWith(`<data-${MARKER} of="`)).toBe(true);
        expect(fenced.endsWith(`\n</data-${MARKER}>`)).toBe(true);
        const firstLine = fenced.slice(0, fenced.indexOf('\n'));
        expect(count(firstLine, '"')).toBe(2);
        expect(firstLine.endsWith('">')).toBe(true);
      }),
    );
  });

  test('adds no more bytes than it says, to text that does not hold the marker', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, label) => {
        const added = Buffer.byteLength(fence(text, { marker: MARKER, label })) - Buffer.byteLength(text);
        expect(added).toBeLessThanOrEqual(fenceCost({ marker: MARKER, label }));
      }),
    );
  });

  test('refuses a marker that could be guessed or is no hex', () => {
    expect(() => fence('x', { marker: 'abc', label: 'x' })).toThrow('not a fence marker');
    expect(() => fence('x', { marker: '.*.*.*.*.*.*', label: 'x' })).toThrow('not a fence marker');
  });
});
