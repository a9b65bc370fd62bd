import type { Effect } from '../../protocol/effect.ts';

/** What an operator has to know of it. */
export const EFFECT_WORDS: Record<Effect, string> = {
  observe: 'only looks',
  reversible: 'can be undone',
  disruptive: 'interrupts something',
  irreversible: 'cannot be undone',
};
