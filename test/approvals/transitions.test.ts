import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  APPROVAL_LIFE_MS,
  answer,
  expire,
  type Proposal,
  propose,
  settle,
} from '../../src/approvals/transitions.ts';
import type { Approval, ApprovalAnswer } from '../../src/protocol/approval.ts';

const PROPOSAL: Proposal = {
  rule: 'change',
  target: 'nginx.service',
  title: 'Restart nginx',
  why: null,
  evidence: ['P1'],
  effect: 'disruptive',
  steps: ['systemctl restart nginx'],
  undo: ['back to the state it had'],
  preconditions: [],
  digest: 'd1',
  run: 'r1',
  change: 'X1',
  cwd: '/',
};

const pending = (part: Partial<Approval> = {}): Approval => ({
  ...propose(undefined, PROPOSAL, { id: 'a-1', now: 0 }).approval,
  ...part,
});
const yes = (part: Partial<ApprovalAnswer> = {}): ApprovalAnswer => ({
  kind: 'approve',
  by: 'anna',
  uid: 1000,
  at: 1_000,
  comment: null,
  digest: 'd1',
  ...part,
});

describe('an approval', () => {
  it('is one for the same rule and target, brought up to date, with one reminder in its life', () => {
    const first = pending();
    const later = propose(first, { ...PROPOSAL, digest: 'd2' }, { id: 'a-2', now: 1_000 });
    expect(later).toMatchObject({
      isNew: false,
      remind: false,
      approval: { id: 'a-1', digest: 'd2', asked: 2 },
    });
    const half = propose(later.approval, PROPOSAL, { id: 'a-3', now: APPROVAL_LIFE_MS / 2 });
    expect(half.remind).toBe(true);
    expect(propose(half.approval, PROPOSAL, { id: 'a-4', now: APPROVAL_LIFE_MS }).remind).toBe(false);
  });

  it('is a new one when the one before has ended', () => {
    const expired = pending({ expiresAt: 10 });
    expect(propose(expired, PROPOSAL, { id: 'a-2', now: 11 })).toMatchObject({
      isNew: true,
      approval: { id: 'a-2' },
    });
  });

  it.each([
    [pending({ expiresAt: 500 }), 'expired'],
    [pending({ state: 'denied' }), 'answered'],
    [pending({ state: 'done' }), 'answered'],
    [pending({ state: 'approved' }), 'running'],
    [pending({ state: 'void' }), 'void'],
    [pending({ digest: 'other' }), 'other-digest'],
  ])('says why an answer does not count', (approval, refused) => {
    expect(answer(approval, yes())).toMatchObject({ refused });
  });

  it('is approved at most once, never after its time, and only for the digest that was seen', () => {
    const act = fc.oneof(
      fc.record({
        act: fc.constant('answer' as const),
        at: fc.nat(2 * APPROVAL_LIFE_MS),
        digest: fc.constantFrom('d1', 'd2'),
        kind: fc.constantFrom('approve' as const, 'deny' as const),
      }),
      fc.record({ act: fc.constant('propose' as const), digest: fc.constantFrom('d1', 'd2') }),
      fc.record({ act: fc.constant('settle' as const) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        let approval = pending();
        let yeses = 0;
        let now = 0;
        for (const each of acts) {
          if (each.act === 'answer') {
            now = Math.max(now, each.at);
            const before = expire(approval, now);
            const given = yes({ at: now, digest: each.digest, kind: each.kind });
            const result = answer(approval, given);
            if (!('refused' in result) && each.kind === 'approve') {
              yeses += 1;
              expect(before.state).toBe('pending');
              expect(now).toBeLessThan(approval.expiresAt);
              expect(each.digest).toBe(approval.digest);
            }
            approval = result.approval;
          } else if (each.act === 'propose' && approval.state === 'pending') {
            const made = propose(approval, { ...PROPOSAL, digest: each.digest }, { id: 'a-9', now });
            if (made.isNew) yeses = 0;
            approval = made.approval;
          } else if (each.act === 'settle' && approval.state === 'approved') {
            const result = { run: 'r2', outcome: 'fixed', message: '' };
            approval = settle(approval, { state: 'done', result, now });
          }
          expect(yeses).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
