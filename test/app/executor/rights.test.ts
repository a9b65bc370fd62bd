import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userOf, whyNotAnswer } from '../../../src/app/executor/rights.ts';

const ACCOUNTS = {
  passwd: [
    'root:x:0:0:root:/root:/bin/bash',
    'steward:x:997:997::/var/lib/steward:/usr/sbin/nologin',
    'anna:x:1000:1000::/home/anna:/bin/sh',
    'bob:x:1001:1001::/home/bob:/bin/sh',
    'dora:x:1002:900::/home/dora:/bin/sh',
    '',
  ].join('\n'),
  group:
    'root:x:0:\nsteward:x:997:anna,bob\n# a note\nsteward-approvers:x:900:anna,steward\nhannah:x:1003:\n',
};
const APPROVERS = ['root', '@steward-approvers'];
const asked = { id: 'a-1', by: { uid: 997, user: 'steward' } };
const why = (uid: number, approval: Parameters<typeof whyNotAnswer>[1] = asked) =>
  whyNotAnswer(uid, approval, APPROVERS, ACCOUNTS);

describe('who may answer', () => {
  it('is root, members of the group, and those whose first group it is', () => {
    expect([why(0), why(1000), why(1002)]).toEqual([null, null, null]);
  });

  it('is nobody else, whatever their name is like', () => {
    expect(why(1001)).toBe('bob is not among those who may answer (root, @steward-approvers)');
    expect(why(4711)).toContain('uid 4711 is not among');
    expect(whyNotAnswer(1001, asked, ['bo', '@bob', 'bobby'], ACCOUNTS)).not.toBeNull();
    expect(whyNotAnswer(1001, asked, [], ACCOUNTS)).not.toBeNull();
  });

  it('is never whoever asked, root and members among them', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 997, 1000, 1001, 1002, 4711), (uid) => {
        expect(why(uid, { id: 'a-1', by: { uid, user: 'x' } })).toContain('nobody answers themselves');
      }),
    );
  });

  it('is never the planner, also as a member, and for what somebody else asked', () => {
    expect(why(997, { id: 'a-1', by: { uid: 1001, user: 'bob' } })).toBe(
      'steward proposes, and never answers',
    );
  });

  it('is nobody where the user database is not to be read, but for root by name', () => {
    const none = { passwd: '', group: '' };
    fc.assert(fc.property(fc.nat(), (uid) => whyNotAnswer(uid, asked, APPROVERS, none) !== null));
    expect(userOf(0, none)).toBe('uid 0');
  });
});
