import fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimateTokens } from '../../src/agent/reduce.ts';

/** What can stand in a message. */
const block = fc.oneof(
  fc.record({ type: fc.constant('text'), text: fc.string() }),
  fc.record({ type: fc.constant('tool_use'), id: fc.string(), name: fc.string(), input: fc.jsonValue() }),
  fc.record({
    type: fc.constant('tool_result'),
    content: fc.string({ unit: 'grapheme' }),
    isError: fc.boolean(),
  }),
);
const message = fc.record({ role: fc.constantFrom('user', 'assistant'), content: fc.array(block) });

test('is a quarter of what the parts take as JSON, however often they are counted', () => {
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.string()), (messages, system) => {
      const parts = [system, messages, [...messages, ...messages]];
      const expected = Math.ceil(JSON.stringify(parts).length / 4);
      expect([estimateTokens(parts), estimateTokens(parts)]).toEqual([expected, expected]);
    }),
  );
});
