import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe, saying } from '../support.ts';

const entry = (target: string, options = 'rw,relatime', more: object = {}) => ({
  target,
  fstype: 'ext4',
  options,
  size: 1_000_000_000_000,
  avail: 900_000_000_000,
  ...more,
});
const mounted = (...entries: object[]) => JSON.stringify({ filesystems: entries });
const FSTAB = recorded('mounts.vm.fstab.txt');

// findmnt -J of util-linux 2.38.1, a Debian 12 VM; --fstab of a file with a swap, a CD drive and an automounted NFS in it
describe('mounts', () => {
  const look = async (now: string, fstab: string | { exitCode: number } = FSTAB) =>
    runProbe(await loadShipped('mounts'), saying({ '--fstab': fstab, 'findmnt -J': now }));

  it('finds nothing where nothing is declared', async () => {
    expect(await look(recorded('mounts.vm.mounted.txt'), { exitCode: 1 })).toMatchObject({
      item: { status: 'ok' },
      keys: [],
      broken: [],
    });
  });

  it('names what is declared and not mounted, and not what is mounted when it is wanted', async () => {
    expect(await look(mounted(entry('/')))).toMatchObject({
      keys: ['mount-missing:/srv/backup'],
      broken: [],
    });
  });

  it('finds nothing when all is there', async () => {
    expect((await look(mounted(entry('/'), entry('/srv/backup')))).keys).toEqual([]);
  });

  it('names what the kernel made read-only', async () => {
    const run = await look(mounted(entry('/', 'ro,relatime,errors=remount-ro'), entry('/srv/backup')));
    expect(run.keys).toEqual(['mount-read-only:/']);
  });

  it('names a boot partition that holds no further kernel', async () => {
    const boot = (avail: number) => entry('/boot', 'rw', { size: 240_000_000, avail });
    expect((await look(mounted(entry('/'), entry('/srv/backup'), boot(60_000_000)))).keys).toEqual([
      'boot-tight:/boot',
    ]);
    expect((await look(mounted(entry('/'), entry('/srv/backup'), boot(150_000_000)))).keys).toEqual([]);
  });
});
