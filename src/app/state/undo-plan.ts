import type { StateChange } from '../../state/index.ts';

/**
 * A change, as an operator would write it, that brings services back to what they were: those that ran and stopped are
 * started, those that came are stopped. null: nothing that has changed is of that kind. It is offered, never run.
 */
export function undoneBy(
  changes: readonly StateChange[],
  { since, hostname }: { since: string; hostname: string },
): object | null {
  const steps = changes.flatMap((change) =>
    stepOf(change).map((step) => onHost(step, change.item.host, hostname)),
  );
  if (steps.length === 0) return null;
  return {
    title: `Bring back what ran ${since}`,
    why: `The state was restored to ${since}; these steps would make the machines follow.`,
    apply: steps.map(({ run }) => ({ run })),
    verify: steps.map(({ check, expect }) => ({ run: check, expect })),
    rollback: 'auto',
  };
}

/** What is on another machine is done there. */
function onHost(step: Step, host: string | null, hostname: string): Step {
  if (host === null || host === hostname) return step;
  return { ...step, run: `ssh ${host} ${step.run}`, check: `ssh ${host} ${step.check}` };
}

interface Step {
  run: string;
  check: string;
  expect: string;
}

function stepOf(change: StateChange): Step[] {
  const { item, section } = change;
  if (
    section === 'services' &&
    item.facts.manager === 'systemd' &&
    change.kind === 'changed' &&
    change.field === 'status'
  ) {
    if (change.from === 'running' && change.to !== 'running') return unitStep(item.name, 'start', 'exit 0');
    if (change.to === 'running' && change.from !== 'running') return unitStep(item.name, 'stop', 'exit != 0');
  }
  if (section === 'guests' && change.kind === 'changed' && change.field === 'status') {
    const program = item.facts.kind === 'lxc' ? 'pct' : 'qm';
    if (change.from === 'running') return [guestStep(program, 'start', item.id, 'running')];
    if (change.to === 'running') return [guestStep(program, 'shutdown', item.id, 'stopped')];
  }
  return [];
}

function unitStep(unit: string, verb: string, expect: string): Step[] {
  return [{ run: `systemctl ${verb} ${unit}`, check: `systemctl is-active ${unit}`, expect }];
}

function guestStep(program: string, verb: string, id: string, status: string): Step {
  return {
    run: `${program} ${verb} ${id}`,
    check: `${program} status ${id}`,
    expect: `output.contains("${status}")`,
  };
}
