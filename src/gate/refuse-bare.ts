import type { IsolationState } from '../protocol/isolation.ts';
import type { Decision, Judgement } from '../protocol/verdict.ts';

/** Does it depend on the isolation whether this may run? Asked first, since knowing it may mean starting bubblewrap. */
export function needsIsolation({ action, effect }: Judgement, choice: IsolationState['choice']): boolean {
  const isCommand = action.kind === 'process' || action.kind === 'shell';
  return isCommand && (effect !== 'observe' || choice === 'bwrap' || choice === 'unit');
}

/**
 * A command that nothing confines may only observe; and where settings demand an isolation that cannot be had, not
 * even that. steward's own writing of files starts nothing and is not asked about.
 */
export function refuseBare({ effect }: Judgement, isolation: IsolationState): Decision | undefined {
  const { kind, choice, problem } = isolation;
  if (kind !== 'none' || choice === 'none') return undefined;
  if (effect === 'observe' && choice === 'auto') return undefined;
  const remedy =
    choice === 'unit'
      ? 'run steward under the shipped unit, or set another `isolation`'
      : choice === 'bwrap'
        ? 'install bubblewrap where it may make namespaces, or set another `isolation`'
        : 'install bubblewrap, run steward under the shipped unit, or accept it with `isolation: none` in the settings of the system or the user';
  const what =
    effect === 'observe'
      ? `settings demand the isolation ${choice}`
      : `this is ${effect}, and nothing would confine it`;
  return {
    kind: 'refuse',
    rule: 'gate:isolation',
    reason: `${what}: ${problem ?? 'there is no isolation'}; for the operator: ${remedy}`,
  };
}
