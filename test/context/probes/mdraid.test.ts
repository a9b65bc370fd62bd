import { describe, expect, it } from 'vitest';
import { loadShipped, runProbe } from '../support.ts';

const HEAD = 'Personalities : [raid1] [raid6] [raid5] [raid4]\n';
const TAIL = '\nunused devices: <none>\n';
const healthy = `${HEAD}md0 : active raid1 sdb1[1] sda1[0]\n      976630464 blocks super 1.2 [2/2] [UU]\n      bitmap: 0/8 pages [0KB], 65536KB chunk\n${TAIL}`;
const degraded = `${HEAD}md127 : active raid5 sdd[3] sdc[1](F) sdb[0]\n      7813770240 blocks super 1.2 level 5, 512k chunk, algorithm 2 [3/2] [U_U]\n      [==>..................]  recovery = 12.6% (37043392/292945152) finish=127.5min speed=33440K/sec\n\nmd0 : active raid1 sdb1[1] sda1[0]\n      976630464 blocks super 1.2 [2/2] [UU]\n${TAIL}`;

// Documentation: md(4) and the kernel's Documentation/admin-guide/md.rst; the kernel here has no md.
describe('mdraid', () => {
  it.each([healthy, `${HEAD}${TAIL}`])('finds nothing in %j', async (output) => {
    expect(await runProbe(await loadShipped('mdraid'), output)).toMatchObject({
      item: { status: 'ok' },
      keys: [],
      broken: [],
    });
  });

  it('names the array that lacks a disk, and the disk', async () => {
    const run = await runProbe(await loadShipped('mdraid'), degraded);
    expect(run.keys).toEqual(['raid-degraded:md127']);
    expect(run.findings[0]?.text).toContain('failed: sdc[1](F)');
    expect(run.item.text).toContain('recovery = 12.6%');
  });

  it('is not configured where the kernel has no md', async () => {
    const run = await runProbe(await loadShipped('mdraid'), '', {
      exists: (path) => path !== '/proc/mdstat',
    });
    expect(run.item).toMatchObject({ status: 'not-configured', reason: '/proc/mdstat does not exist' });
  });
});
