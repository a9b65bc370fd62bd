import type { Change, ChangeStep, Expectation } from '../../protocol/change.ts';

/**
 * The change without `sudo` in front of its commands: whoever proposes it would need it, the executor is root already, and
 * under NoNewPrivileges= sudo does not work. Only where the rest of the line is a plain command; options stay for policy.
 */
export function asRoot(change: Change): Change {
  const { rollback } = change;
  return {
    ...change,
    preflight: change.preflight.map(checkAsRoot),
    apply: change.apply.map(stepAsRoot),
    verify: change.verify.map(checkAsRoot),
    rollback: rollback === 'auto' ? 'auto' : rollback.map(stepAsRoot),
  };
}

function stepAsRoot(step: ChangeStep): ChangeStep {
  return step.kind === 'run' ? { ...step, line: lineAsRoot(step.line) } : step;
}

function checkAsRoot(item: Expectation): Expectation {
  return item.what.kind === 'run'
    ? { ...item, what: { ...item.what, line: lineAsRoot(item.what.line) } }
    : item;
}

function lineAsRoot(line: string): string {
  return /^sudo (?:-n )?(\/?[a-z][^|&;<>()$`\\\n]*)$/.exec(line)?.[1] ?? line;
}
