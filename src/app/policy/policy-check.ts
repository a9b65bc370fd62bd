import { checkLine, type LineCheck } from '../../policy/index.ts';
import type { Policing } from './policing.ts';

/** What policy says of a line by its text alone; links are taken at their word. */
export function checkPolicyLine({ policy }: Policing, line: string, cwd: string): LineCheck {
  const { verdict, effect, rule, reason } = checkLine(policy, line, cwd);
  return { verdict, effect, rule, reason };
}
