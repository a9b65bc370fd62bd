import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRuleFinder } from '../../../src/lib/mask/hinted-rules.ts';
import type { LineRule } from '../../../src/lib/mask/line-rule.ts';
import { LINE_HINTS } from '../../../src/lib/mask/lines.ts';

const RULES: LineRule[] = LINE_HINTS.map((hint) => ({ kind: 'x', hint, pattern: /x/g }));
const WORDS = LINE_HINTS.flatMap((hint) => (hint instanceof RegExp ? [] : hint));

/** Each word by itself, as a rule says it. */
function askEach(line: string): LineRule[] {
  const lower = line.toLowerCase();
  return RULES.filter(({ hint }) =>
    hint instanceof RegExp ? hint.test(line) : hint.some((word) => lower.includes(word)),
  );
}

test('finds every rule that a line holds a word of, also where words overlap', () => {
  const find = createRuleFinder(RULES);
  const piece = fc.oneof(
    fc.constantFrom(...WORDS),
    fc.constantFrom(...WORDS).map((word) => word.toUpperCase()),
    fc
      .tuple(fc.constantFrom(...WORDS), fc.nat(12), fc.nat(12))
      .map(([word, from, to]) => word.slice(from, from + to)),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.constantFrom('?key=', ':5432:', ' ', 'İ', '\uE000\uE000'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(find(pieces.join(''))).toEqual(askEach(pieces.join('')));
    }),
    { numRuns: 500 },
  );
});
