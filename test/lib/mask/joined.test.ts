import { expect, test } from 'vitest';
import { LINE_TRIGGER, SHAPE_TRIGGER } from '../../../src/lib/mask/joined.ts';
import { LINE_HINTS } from '../../../src/lib/mask/lines.ts';
import { joinRules } from '../../../src/lib/mask/trigger.ts';

test('looks for what the rules hint at (else: node scripts/join-triggers.ts)', () => {
  expect({ line: LINE_TRIGGER, shape: SHAPE_TRIGGER }).toEqual(joinRules());
});

test('looks at every line that holds the word of a rule, in any case', () => {
  const words = LINE_HINTS.flatMap((hint) => (hint instanceof RegExp ? [] : hint));
  const line = new RegExp(LINE_TRIGGER, 'i');
  expect(words.length).toBeGreaterThan(100);
  expect(words.filter((word) => !line.test(`x${word}x`) || !line.test(word.toUpperCase()))).toEqual([]);
  expect(words.filter((word) => word !== word.toLowerCase())).toEqual([]);
});
