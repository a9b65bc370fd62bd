import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

const given = { paths: ['/srv/infra'] };

// git status --porcelain=v2 --branch, git 2.39.5 on a Debian 12 VM
describe('git', () => {
  it('finds nothing of a clean work tree', async () => {
    const run = await runProbe(await loadShipped('git'), recorded('git.clean.txt'), { given });
    expect(run).toMatchObject({
      item: {
        status: 'ok',
        text: '/srv/infra on main: 0 changed files, 0 not in git, 0 commits not pushed, 0 not pulled',
      },
      keys: [],
      broken: [],
    });
  });

  it('names what is in no commit and what was not pushed', async () => {
    const run = await runProbe(await loadShipped('git'), recorded('git.untidy.txt'), { given });
    expect(run.keys).toEqual(['git-uncommitted:/srv/infra', 'git-unpushed:/srv/infra']);
    expect(run.findings[1]?.text).toBe('/srv/infra has 1 commits that are nowhere else');
  });

  it('names a folder that is no work tree, or somebody else’s', async () => {
    const stderr = 'fatal: not a git repository (or any of the parent directories): .git';
    const run = await runProbe(await loadShipped('git'), { exitCode: 128, stderr }, { given });
    expect(run.keys).toEqual(['git-unread:/srv/infra']);
  });
});
