import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

// df -P -l -T, coreutils 9.1 and 9.7; machines in test/fixtures/probes/README.md
describe('disk', () => {
  it.each(['disk.vm.txt', 'disk.252.healthy.txt', 'disk.257.healthy.txt'])(
    'finds nothing in %s',
    async (file) => {
      const run = await runProbe(await loadShipped('disk'), recorded(file));
      expect(run).toMatchObject({ item: { status: 'ok', core: true }, keys: [], broken: [] });
    },
  );

  it.each(['disk.252.fault.txt', 'disk.257.fault.txt'])(
    'names the full file system of %s, and only that',
    async (file) => {
      const run = await runProbe(await loadShipped('disk'), recorded(file));
      expect(run.keys).toEqual(['disk-full:/srv/small']);
      expect(run.findings[0]).toMatchObject({
        severity: 'critical',
        text: 'File system /srv/small is 97% full: 412 KiB left of 13.7 MiB',
        evidence: ['P1'],
      });
    },
  );

  it("counts a container's own overlay on / and leaves memory file systems out", async () => {
    const run = await runProbe(await loadShipped('disk'), recorded('disk.252.healthy.txt'));
    expect(run.item.text).toBe('/ 1% full, 11.8 GiB free of 11.8 GiB (overlay on overlay)');
  });

  it('warns between 80 and 90 percent, unless much is free', async () => {
    const head = 'Filesystem Type 1024-blocks Used Available Capacity Mounted on\n';
    const disk = await loadShipped('disk');
    const small = await runProbe(disk, `${head}/dev/sda1 ext4 1000000 850000 150000 85% /srv/two words\n`);
    expect(small.keys).toEqual(['disk-filling:/srv/two words']);
    const large = await runProbe(disk, `${head}/dev/sda1 xfs 9000000000 7650000000 1350000000 85% /pool\n`);
    expect(large.keys).toEqual([]);
  });

  it('is a broken probe, not a healthy machine, when df lists nothing', async () => {
    const empty = await runProbe(await loadShipped('disk'), {
      exitCode: 1,
      stderr: 'df: no file systems processed',
    });
    expect(empty.item).toMatchObject({
      status: 'failed',
      reason: 'fact "fullest": max() of an empty list',
    });
  });

  it('uses what df lists although one mount point cannot be read', async () => {
    const stderr = 'df: /run/user/1000/doc: Operation not permitted';
    const output = { stdout: recorded('disk.vm.txt'), stderr, exitCode: 1 };
    const run = await runProbe(await loadShipped('disk'), output);
    expect(run.item.status).toBe('ok');
    expect(run.item.text).toContain(stderr);
  });
});
