import { type Effect, strongestEffect } from '../protocol/effect.ts';
import type { Verdict } from '../protocol/verdict.ts';

/** The answer about one part of an action. */
export interface Ruling {
  verdict: Verdict;
  effect: Effect;
  rule: string;
  reason: string;
}

export function allowed(rule: string, reason = 'it only observes'): Ruling {
  return { verdict: 'allow', effect: 'observe', rule, reason };
}

export function asks(rule: string, reason: string, effect: Effect = 'disruptive'): Ruling {
  return { verdict: 'ask', effect, rule, reason };
}

export function denied(rule: string, reason: string, effect: Effect = 'disruptive'): Ruling {
  return { verdict: 'deny', effect, rule, reason };
}

/** Beyond what any mode, rule or autonomy lifts for a run without a person. */
export function raised(ruling: Ruling, more: string): Ruling {
  const reason = more === '' || ruling.reason.endsWith(more) ? ruling.reason : `${ruling.reason}, ${more}`;
  return { ...ruling, reason, effect: strongestEffect([ruling.effect, 'disruptive']) };
}

const STRICTNESS = { allow: 0, ask: 1, deny: 2 } as const;

/** The strictest of the parts, with the strongest effect of all of them. Nothing at all is not allowed. */
export function combine(rulings: readonly Ruling[]): Ruling {
  const [first, ...rest] = rulings;
  if (first === undefined) return asks('shell:empty', 'there is no command in it');
  const strictest = rest.reduce((a, b) => (STRICTNESS[b.verdict] > STRICTNESS[a.verdict] ? b : a), first);
  return { ...strictest, effect: strongestEffect(rulings.map((ruling) => ruling.effect)) };
}
