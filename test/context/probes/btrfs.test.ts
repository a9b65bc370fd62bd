import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe, saying } from '../support.ts';

const MOUNTED = '{"filesystems": [{"target": "/srv/pool", "source": "/dev/loop0"}]}';
const given = { mounts: ['/srv/pool'] };

// btrfs device stats, btrfs-progs 6.2, raid1 on two loop devices of a Debian 12 VM; one was overwritten, then scrubbed.
describe('btrfs', () => {
  it('finds nothing of devices without errors', async () => {
    const output = saying({ findmnt: MOUNTED, stats: recorded('btrfs.vm.healthy.txt') });
    const run = await runProbe(await loadShipped('btrfs'), output, { given });
    expect(run).toMatchObject({
      item: { status: 'ok', text: 'no errors on /srv/pool' },
      keys: [],
      broken: [],
    });
  });

  it('names the file system whose device lost data', async () => {
    const output = saying({ findmnt: MOUNTED, stats: recorded('btrfs.vm.fault.txt') });
    const run = await runProbe(await loadShipped('btrfs'), output, { given });
    expect(run.keys).toEqual(['btrfs-errors:/srv/pool']);
    expect(run.findings[0]?.text).toContain('/dev/loop1 corruption_errs 5120');
  });

  const notBtrfs = { exitCode: 1, stderr: 'ERROR: not a btrfs filesystem: /' };
  it('finds nothing where / is no btrfs, and says when a declared one is none', async () => {
    const spec = await loadShipped('btrfs');
    const none = await runProbe(spec, saying({ findmnt: { exitCode: 1 }, stats: notBtrfs }));
    expect(none).toMatchObject({ item: { status: 'ok', text: 'no btrfs is mounted' }, keys: [], broken: [] });
    const wrong = await runProbe(spec, saying({ findmnt: { exitCode: 1 }, stats: notBtrfs }), { given });
    expect(wrong.keys).toEqual(['btrfs-unread:/srv/pool']);
  });
});
