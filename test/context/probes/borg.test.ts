import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

const given = { repositories: ['/srv/backup/borg'] };
const AT = Date.parse('2026-11-21T18:55:35');

// borg list --json --last 1, borg 1.2.4 on a Debian 12 VM; borg writes times without a zone, in this machine's own
describe('borg', () => {
  it('finds nothing of a fresh archive', async () => {
    const run = await runProbe(await loadShipped('borg'), recorded('borg.1.2.txt'), {
      given,
      now: AT + 7_200_000,
    });
    expect(run).toMatchObject({
      item: { status: 'ok', text: '/srv/backup/borg: host-2026-11-21T18:55:35, 2h old' },
      keys: [],
      broken: [],
    });
  });

  it('names an old one, an empty repository and one that cannot be read', async () => {
    const spec = await loadShipped('borg');
    const old = await runProbe(spec, recorded('borg.1.2.txt'), { given, now: AT + 5 * 86_400_000 });
    expect(old.keys).toEqual(['borg-old:/srv/backup/borg']);
    const empty = await runProbe(spec, '{"archives": []}', { given });
    expect(empty.findings[0]?.text).toBe('There is no archive in /srv/backup/borg');
    const away = await runProbe(
      spec,
      { exitCode: 2, stderr: 'Repository /srv/backup/borg does not exist.' },
      { given },
    );
    expect(away.keys).toEqual(['borg-unread:/srv/backup/borg']);
  });
});
