import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

const given = { repository: '/srv/backup/restic' };
const AT = Date.parse('2026-11-21T18:55:32Z');

// restic snapshots --json --no-lock --latest 1, restic 0.14.0 on a Debian 12 VM
describe('restic', () => {
  it('finds nothing of a fresh snapshot', async () => {
    const run = await runProbe(await loadShipped('restic'), recorded('restic.0.14.txt'), {
      given,
      now: AT + 3_600_000,
    });
    expect(run).toMatchObject({
      item: { status: 'ok', text: 'vm:/etc/hostname: 35e5c1ab, 1h old' },
      keys: [],
      broken: [],
    });
  });

  it('names an old one, and an empty repository', async () => {
    const spec = await loadShipped('restic');
    const old = await runProbe(spec, recorded('restic.0.14.txt'), { given, now: AT + 5 * 86_400_000 });
    expect(old.keys).toEqual(['restic-old:vm:/etc/hostname']);
    expect((await runProbe(spec, '[]', { given })).keys).toEqual(['restic-empty:nuc1']);
  });

  it('is failed with a wrong password', async () => {
    const stderr = 'Fatal: wrong password or no key found';
    expect(
      (await runProbe(await loadShipped('restic'), { exitCode: 1, stderr }, { given })).item,
    ).toMatchObject({ status: 'failed', reason: `exit 1: ${stderr}` });
  });
});
