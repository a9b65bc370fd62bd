import { array, assert, integer, property, record, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Line } from '../../src/notify/notice.ts';
import { fitBytes, withEntities } from '../../src/notify/render.ts';

const LINK = 'https://steward.example.org/incidents/i-1';
const lines = array(
  array(
    record({ text: string({ unit: 'binary', maxLength: 300 }), isOutside: integer({ min: 0, max: 1 }) }),
    { maxLength: 4 },
  ).map((pieces): Line => pieces.map(({ text, isOutside }) => (isOutside === 1 ? { outside: text } : text))),
  { maxLength: 60 },
);

describe('a message that is too long', () => {
  test('is cut to the limit, says so, and keeps the address', () => {
    const body: Line[] = Array.from({ length: 400 }, (_, index) => [
      `line ${index} `,
      { outside: 'ä'.repeat(50) },
    ]);
    const bytes = fitBytes({ body, link: LINK }, 4_096);
    const { text } = withEntities(body, LINK, 4_096);
    for (const cut of [bytes, text]) {
      expect(cut.startsWith('line 0 ')).toBe(true);
      expect(cut.endsWith(`… (cut here)\n\n${LINK}`)).toBe(true);
    }
    expect(Buffer.byteLength(bytes)).toBeLessThanOrEqual(4_096);
    expect(text.length).toBeLessThanOrEqual(4_096);
  });

  test('is never longer, and its ranges are exactly what came from outside', () => {
    assert(
      property(lines, integer({ min: 0, max: 1 }), (body, hasLink) => {
        const link = hasLink === 1 ? LINK : null;
        expect(Buffer.byteLength(fitBytes({ body, link }, 4_096))).toBeLessThanOrEqual(4_096);
        const { text, entities } = withEntities(body, link, 4_096);
        expect(text.length).toBeLessThanOrEqual(4_096);
        const outside = body
          .flat()
          .flatMap((piece) => (typeof piece === 'string' || piece.outside === '' ? [] : piece.outside));
        const ranges = entities.map(({ offset, length }) => text.slice(offset, offset + length));
        expect(ranges).toEqual(outside.slice(0, ranges.length));
        if (link !== null) expect(text.endsWith(`\n\n${link}`)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
