import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

// df -P -l -T -i, coreutils 9.1 and 9.7 (test/fixtures/probes/README.md)
describe('inodes', () => {
  it.each(['inodes.vm.txt', 'inodes.252.healthy.txt', 'inodes.257.healthy.txt'])(
    'finds nothing in %s',
    async (file) => {
      const run = await runProbe(await loadShipped('inodes'), recorded(file));
      expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    },
  );

  it.each(['inodes.252.fault.txt', 'inodes.257.fault.txt'])(
    'names the file system out of inodes in %s',
    async (file) => {
      const run = await runProbe(await loadShipped('inodes'), recorded(file));
      expect(run.keys).toEqual(['inodes-full:/srv/few']);
    },
  );

  it('leaves out file systems that do not count inodes', async () => {
    // As df prints btrfs and vfat.
    const text = `Filesystem Type Inodes IUsed IFree IUse% Mounted on
/dev/sda2 btrfs 0 0 0 - /
/dev/sda1 vfat 0 0 0 - /boot/efi\n`;
    const run = await runProbe(await loadShipped('inodes'), text);
    expect(run).toMatchObject({ keys: [], broken: [], item: { text: 'no file system here counts inodes' } });
  });
});
