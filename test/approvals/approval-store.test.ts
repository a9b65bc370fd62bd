import { describe, expect, it } from 'vitest';
import { createApprovals, type Proposal } from '../../src/approvals/index.ts';
import { createMemoryStore } from '../../src/host/index.ts';
import type { ApprovalAnswer, ParkedChange } from '../../src/protocol/approval.ts';
import { createFakeClock } from '../fakes/clock.ts';

const DAY_MS = 86_400_000;

const proposal = (target: string): Proposal => ({
  rule: 'change',
  target,
  title: 'Serve on 8080',
  why: null,
  evidence: [],
  effect: 'reversible',
  steps: ['edit a.json'],
  undo: ['put back'],
  preconditions: [],
  digest: 'd1',
  run: 'r1',
  change: 'X1',
  cwd: '/srv',
});

const parked: ParkedChange = {
  change: {
    title: 'Serve on 8080',
    targets: [],
    why: null,
    evidence: [],
    preflight: [],
    apply: [{ kind: 'run', line: 'set-password hunter2' }],
    verify: [],
    rollback: 'auto',
    window: null,
  },
  source: 'change.yaml',
};

const said = (kind: ApprovalAnswer['kind'], at: number): ApprovalAnswer => ({
  kind,
  by: 'anna',
  uid: 1000,
  at,
  comment: null,
  digest: 'd1',
});

async function waiting(...targets: string[]) {
  const store = createMemoryStore('a test');
  const clock = createFakeClock();
  const approvals = createApprovals({ store, clock });
  const ids: string[] = [];
  for (const target of targets) ids.push((await approvals.propose(proposal(target), parked)).approval.id);
  return { approvals, clock, ids };
}

describe('what is kept of an approval', () => {
  it('is the unmasked change only as long as somebody may say yes to it, or said yes and it is not done', async () => {
    const { approvals, clock, ids } = await waiting('a', 'b', 'c');
    const [denied = '', done = '', open = ''] = ids;
    await approvals.answer(denied, said('deny', clock.now()));
    await approvals.answer(done, said('approve', clock.now()));
    expect(await approvals.parkedOf(denied)).toBeNull();
    expect(await approvals.parkedOf(done)).toEqual(parked);
    await approvals.settle(done, { state: 'done', result: { run: 'r2', outcome: 'fixed', message: '' } });
    expect(await approvals.parkedOf(done)).toBeNull();
    expect(await approvals.parkedOf(open)).toEqual(parked);
  });

  it('goes when it ended long ago; what expired loses its change at once, and what is approved stays', async () => {
    const { approvals, clock, ids } = await waiting('a', 'b', 'c');
    const [denied = '', approved = '', expired = ''] = ids;
    await approvals.answer(denied, said('deny', clock.now()));
    await approvals.answer(approved, said('approve', clock.now()));
    await clock.advance(DAY_MS);
    await approvals.prune(clock.now() - 30 * DAY_MS);
    expect((await approvals.list()).map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(await approvals.parkedOf(expired)).toBeNull();
    await clock.advance(31 * DAY_MS);
    await approvals.prune(clock.now() - 30 * DAY_MS);
    expect(await approvals.list()).toMatchObject([{ id: approved, state: 'approved' }]);
    expect(await approvals.parkedOf(approved)).toEqual(parked);
  });
});
