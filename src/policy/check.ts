import type { Effect } from '../protocol/effect.ts';
import type { Verdict } from '../protocol/verdict.ts';
import type { Policy } from './policy.ts';

export interface LineCheck {
  verdict: Verdict;
  effect: Effect;
  rule: string;
  reason: string;
}

/** What policy says of a line by its text alone: no file system, so links are taken at their word. */
export function checkLine(policy: Policy, line: string, cwd: string): LineCheck {
  const { verdict, effect, rule, reason } = policy.judge(policy.toAction(line, cwd), { resolved: new Map() });
  return { verdict, effect, rule, reason };
}
