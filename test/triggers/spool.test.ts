import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDiskStore } from '../../src/host/index.ts';
import { openSpool, SPOOL_LIMITS } from '../../src/triggers/index.ts';

function newStore() {
  const folder = mkdtempSync(join(tmpdir(), 'steward-spool-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return openDiskStore(folder);
}

describe('the spool', () => {
  it('has on disk what it said yes to, in order, also for whoever opens it next', async () => {
    const store = newStore();
    const spool = await openSpool(store, { prefix: () => '1' });
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => spool.put(`line ${index}`)));
    const later = await openSpool(store, { prefix: () => '2' });
    await later.put('line 1000');
    const lines: string[] = [];
    for (const name of await later.waiting()) lines.push(...(await later.read(name)));
    expect(lines).toEqual(Array.from({ length: 1_001 }, (_, index) => `line ${index}`));
  });

  it('shares a file among what comes at once', async () => {
    const store = newStore();
    const spool = await openSpool(store, { prefix: () => '1' });
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => spool.put(`line ${index}`)));
    expect((await spool.waiting()).length).toBeLessThan(20);
  });

  it('says busy when it is full, and takes more when there is room again', async () => {
    const store = newStore();
    const spool = await openSpool(store, { prefix: () => '1', limits: { ...SPOOL_LIMITS, bytes: 25 } });
    await spool.put('0123456789');
    await spool.put('0123456789');
    await expect(spool.put('0123456789')).rejects.toMatchObject({ code: 'spool-full', reason: 'busy' });
    const [first = ''] = await spool.waiting();
    await spool.remove(first);
    await spool.put('0123456789');
    expect(await spool.waiting()).toHaveLength(2);
  });

  it('does not hold more in memory than it may', async () => {
    const store = newStore();
    const spool = await openSpool(store, { prefix: () => '1', limits: { ...SPOOL_LIMITS, queuedBytes: 10 } });
    const first = spool.put('01234567');
    await expect(spool.put('01234567')).rejects.toMatchObject({ code: 'spool-full' });
    await first;
    await spool.put('01234567');
    expect(await spool.waiting()).toHaveLength(2);
  });
});
