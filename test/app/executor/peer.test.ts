import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveUid, peerOfInstance } from '../../../src/app/executor/peer.ts';

describe('the peer of an instance', () => {
  it('is the process and the user that systemd names it by, before and since version 257', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 1, max: 4_194_304 }),
        fc.nat(4_294_967_293),
        (n, pid, uid) => {
          expect(peerOfInstance(`${n}-${pid}-${uid}`)).toEqual({ pid, uid });
          expect(peerOfInstance(`${n}-${pid}_8812-${uid}`)).toEqual({ pid, uid });
        },
      ),
    );
  });

  it.each(['', '3-unknown', '3-12', '3-0-0', '3-12--1', '3-12-4294967295', '3-12-0 ', 'x-1-0', '1-2-3-0'])(
    'is nobody for %j',
    (instance) => {
      expect(() => peerOfInstance(instance)).toThrow(/does not say who/);
    },
  );

  it('is held against what /proc says of the process, as far as it still lives', () => {
    expect(effectiveUid('Name:\tcurl\nUid:\t1000\t0\t0\t0\nGid:\t1\t1\t1\t1\n')).toBe(0);
    expect(effectiveUid(undefined)).toBeNull();
  });
});
