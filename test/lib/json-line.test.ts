import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonLine, plainJson } from '../../src/lib/json-line.ts';

it('leaves nothing raw that steers a terminal or turns text round', () => {
  const text = 'a\u001b[31m\u009b31m\u007f\u202eb\u2066';
  expect(plainJson({ [text]: text })).toBe(
    `{${Array(2).fill('"a\\u001b[31m\\u009b31m\\u007f\\u202eb\\u2066"').join(':')}}`,
  );
});

it('reads as what it was made of, whatever that is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      expect(JSON.parse(jsonLine(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
