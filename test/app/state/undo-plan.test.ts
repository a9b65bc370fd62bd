import { describe, expect, it } from 'vitest';
import { undoneBy } from '../../../src/app/state/undo-plan.ts';
import { readChange } from '../../../src/changes/index.ts';
import { diffStates } from '../../../src/state/index.ts';
import { item, stateOf } from '../../state/make-state.ts';

const unit = (status: string, host = 'nuc1') =>
  item({ id: `${host}/nginx.service`, name: 'nginx.service', host, status, facts: { manager: 'systemd' } });
const guest = (status: string) =>
  item({ id: '105', name: 'redis', host: 'pve1', status, facts: { kind: 'lxc' } });
const plan = (before: Parameters<typeof stateOf>[0], after: Parameters<typeof stateOf>[0]) =>
  undoneBy(diffStates(stateOf(before), stateOf(after)), { since: '2026-11-20T14:00:00Z', hostname: 'nuc1' });

describe('the change that a restore offers', () => {
  it('starts what ran and stops what came, each on its machine, and is a change that can be read', async () => {
    const change = plan(
      { services: [unit('running'), unit('failed', 'web1')], guests: [guest('running')] },
      { services: [unit('failed'), unit('running', 'web1')], guests: [guest('stopped')] },
    );
    const read = await readChange('undo.json', JSON.stringify(change));
    expect(read.apply.map((step) => (step.kind === 'run' ? step.line : step.kind))).toEqual([
      'ssh pve1 pct start 105',
      'systemctl start nginx.service',
      'ssh web1 systemctl stop nginx.service',
    ]);
    expect(read.verify).toHaveLength(3);
  });

  it('is none where nothing of that kind has changed', () => {
    expect(
      plan({ services: [unit('running')] }, { services: [{ ...unit('running'), owner: 'anna' }] }),
    ).toBeNull();
  });
});
