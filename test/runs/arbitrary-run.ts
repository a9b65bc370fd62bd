import fc from 'fast-check';
import type { ScriptedTurn } from './scripted-run.ts';

export const anyTurns: fc.Arbitrary<ScriptedTurn[]> = fc.array(
  fc.record({
    calls: fc.array(fc.record({ steps: fc.nat({ max: 2 }), isParallel: fc.boolean(), ok: fc.boolean() }), {
      maxLength: 4,
    }),
    text: fc.constantFrom('', 'I look.', 'a\u2028b'),
    objection: fc.constantFrom('Go on.', 'Not JSON.'),
    isReduced: fc.boolean(),
    failures: fc.nat({ max: 2 }),
  }),
  { maxLength: 5 },
);
