import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { claimOf, claimOnce, isClaimed, requestClaim } from '../../../src/app/executor/claims.ts';
import { sealStore } from '../../../src/app/executor/sealed-store.ts';
import { openDiskStore } from '../../../src/host/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'steward-claims-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;
function newStore() {
  const folder = join(scratch, `state-${count++}`);
  return { folder, store: sealStore(openDiskStore(folder), 'cd'.repeat(32), () => {}) };
}

describe('what was allowed', () => {
  it('is used by exactly one of all who try, and stays used', async () => {
    const { store } = newStore();
    const tries = Array.from({ length: 8 }, (_, index) =>
      claimOnce(store, 'a-1', { run: `run-${index}`, at: index }).then(
        () => index,
        () => null,
      ),
    );
    const won = (await Promise.all(tries)).filter((index) => index !== null);
    expect(won).toHaveLength(1);
    expect(await claimOf(store, 'a-1')).toEqual({ run: `run-${won[0]}`, at: won[0] });
    await expect(claimOnce(store, 'a-1', { run: 'late', at: 9 })).rejects.toMatchObject({ code: 'used' });
  });

  it('stays used when the record of it was tampered with', async () => {
    const { folder, store } = newStore();
    await claimOnce(store, 'a-1', { run: 'r', at: 1 });
    writeFileSync(join(folder, 'used/a-1.json'), '');
    expect(await isClaimed(store, 'a-1')).toBe(true);
    await expect(claimOnce(store, 'a-1', { run: 's', at: 2 })).rejects.toMatchObject({ code: 'used' });
    expect(await claimOf(store, 'a-1')).toBeNull();
  });

  it('has a name of its own for each user, run and change', () => {
    const who = fc.tuple(fc.nat(100_000), fc.uuid(), fc.integer({ min: 1, max: 99 }));
    fc.assert(
      fc.property(who, who, ([uid, run, x], [uid2, run2, x2]) => {
        const isSame = uid === uid2 && run === run2 && x === x2;
        const one = requestClaim(uid, { run, change: `X${x}` });
        expect(one === requestClaim(uid2, { run: run2, change: `X${x2}` })).toBe(isSame);
        expect(one).toMatch(/^request-[0-9a-f]{64}$/);
      }),
    );
  });
});
