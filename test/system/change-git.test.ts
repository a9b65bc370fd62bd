import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../src/protocol/approval.ts';
import { approvalIn } from '../approval-id.ts';
import { type Box, createBox, PROGRAM } from './steward.ts';

/** An infrastructure repository with one host. */
function site(): { box: Box; git(...args: string[]): string; file: string } {
  const box = createBox();
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: box.cwd, env: box.env, encoding: 'utf8' }).trim();
  git('init', '-q', '-b', 'main');
  git('config', 'user.email', 'a@b.c');
  git('config', 'user.name', 'anna');
  mkdirSync(join(box.cwd, 'hosts'));
  const file = join(box.cwd, 'hosts/nuc1.json');
  writeFileSync(file, '{"port": 80}\n');
  writeFileSync(join(box.cwd, 'other.txt'), 'committed\n');
  git('add', '.');
  git('commit', '-qm', 'begin');
  return { box, git, file };
}

const change = (more = '') => `title: Serve on 8080
apply:
  - edit: { file: hosts/nuc1.json, find: '80', replace: '8080' }
verify:
  - run: grep -q 8080 hosts/nuc1.json
    for: 0s
${more}`;
const COMMITTED = change('git: { branch: steward/serve, message: "nuc1: serve on 8080" }\n');

async function run(box: Box, text: string) {
  const path = join(box.home, 'change.yaml');
  writeFileSync(path, text);
  return box.json(['change', 'run', path, '--yes']);
}

describe('a change of a file in a repository', () => {
  it('is said to be temporary, with the commit that would make it last, to whoever answers and afterwards', async () => {
    const { box, git } = site();
    const path = join(box.home, 'change.yaml');
    writeFileSync(path, change());
    await box.json(['change', 'run', path]);
    const list = await box.run(['approvals', 'list', '--json']);
    const [approval] = (JSON.parse(list.stdout) as { approvals: Approval[] }).approvals;
    const folder = join(box.cwd, 'hosts');
    const last = `git -C ${folder} switch -c steward/serve-on-8080 && git -C ${folder} commit -m 'Serve on 8080' -- nuc1.json`;
    const shown = await box.run(['approvals', 'show', approval?.id ?? '']);
    expect(shown.stdout).toContain(`To make it last: ${last}`);
    const { result } = await box.json(['approvals', 'approve', approval?.id ?? '']);
    expect(result.result).toContain(`temporary until it is committed: ${last}`);
    // And that line does what it says.
    execFileSync('sh', ['-c', last], { env: box.env, stdio: 'ignore' });
    expect(git('show', '--stat', '--format=%s', 'HEAD')).toContain('hosts/nuc1.json');
  });

  it('becomes a commit on a branch once it holds, and nothing else of the repository moves', async () => {
    const { box, git, file } = site();
    const head = git('rev-parse', 'HEAD');
    // Somebody is in the middle of something else: neither their index nor their file goes with it.
    writeFileSync(join(box.cwd, 'other.txt'), 'staged\n');
    git('add', 'other.txt');
    writeFileSync(join(box.cwd, 'other.txt'), 'unfinished\n');
    const before = git('diff', '--cached');
    const path = join(box.home, 'change.yaml');
    writeFileSync(path, COMMITTED);
    const asked = await box.json(['change', 'run', path]);
    const waiting = approvalIn(asked.result.error?.message);
    const shown = (await box.run(['approvals', 'show', waiting])).stdout;
    expect(shown).toContain(`Once it holds, it becomes a commit:
  on the new branch steward/serve, on top of ${head.slice(0, 12)}; nothing is checked out or pushed
  its message: nuc1: serve on 8080
  its files: ${file}
`);
    expect(shown).not.toContain('git switch');
    expect(shown).not.toContain('To make it last');
    expect(shown).toContain('+{"port": 8080}');
    await box.run(['approvals', 'deny', waiting]);
    const checked = await box.run(['change', 'check', path]);
    expect(checked.stdout).toContain(
      'its files become a commit on the new branch steward/serve, which is not pushed',
    );
    const { code, result } = await run(box, COMMITTED);
    expect(code).toBe(0);
    expect(result.result).toMatch(
      /committed as [0-9a-f]{12} on branch steward\/serve of .*; it is not pushed/,
    );
    expect(git('log', '--format=%s', 'steward/serve')).toBe('nuc1: serve on 8080\nbegin');
    expect(git('diff', '--stat', 'main', 'steward/serve')).toMatch(/hosts\/nuc1\.json.*\n 1 file changed/);
    expect([git('rev-parse', 'HEAD'), git('branch', '--show-current')]).toEqual([head, 'main']);
    expect(git('diff', '--cached')).toBe(before);
    expect(readFileSync(join(box.cwd, 'other.txt'), 'utf8')).toBe('unfinished\n');
    expect(readFileSync(file, 'utf8')).toBe('{"port": 8080}\n');
  });

  it('is not committed when it does not hold', async () => {
    const { box, git } = site();
    expect((await run(box, COMMITTED.replace("replace: '8080'", "replace: '9090'"))).code).toBe(58);
    expect(git('branch', '--list', 'steward/*')).toBe('');
  });

  it('is committed from a detached HEAD too', async () => {
    const { box, git } = site();
    git('checkout', '-q', '--detach');
    expect((await run(box, COMMITTED)).result.result).toContain('on branch steward/serve');
    expect(git('log', '--format=%s', '-1', 'steward/serve')).toBe('nuc1: serve on 8080');
  });

  it.each([
    [
      'the file held what nobody has committed',
      ({ file }: ReturnType<typeof site>) => writeFileSync(file, '{"host": 1, "port": 80}\n'),
      /nuc1\.json had changes that nobody has committed/,
    ],
    [
      'the branch is there already',
      ({ git }: ReturnType<typeof site>) => git('branch', 'steward/serve'),
      /steward\/serve/,
    ],
    [
      'a merge is not finished',
      ({ git, box }: ReturnType<typeof site>) => {
        git('checkout', '-qb', 'theirs');
        writeFileSync(join(box.cwd, 'other.txt'), 'theirs\n');
        git('commit', '-qam', 'theirs');
        git('checkout', '-q', 'main');
        writeFileSync(join(box.cwd, 'other.txt'), 'ours\n');
        git('commit', '-qam', 'ours');
        try {
          git('merge', 'theirs');
        } catch {
          // That it does not merge is the point.
        }
      },
      /has a merge that nobody has finished/,
    ],
    [
      'nobody said who commits',
      ({ git }: ReturnType<typeof site>) => {
        git('config', '--unset', 'user.email');
        git('config', '--unset', 'user.name');
        git('config', 'user.useConfigOnly', 'true');
      },
      /user\.|identity|email/i,
    ],
  ])('holds and says why there is no commit when %s', async (_, spoil, why) => {
    const place = site();
    spoil(place);
    const had = place.git('for-each-ref', '--format=%(objectname) %(refname)');
    const { code, result } = await run(place.box, COMMITTED);
    expect(code).toBe(0);
    expect(result.result).toMatch(/it is not committed: /);
    expect(result.result).toMatch(why);
    expect(readFileSync(place.file, 'utf8')).toContain('8080');
    expect(place.git('for-each-ref', '--format=%(objectname) %(refname)')).toBe(had);
  });

  it('holds and says why there is no commit when the repository can only be read', () => {
    const { box, git, file } = site();
    const path = join(box.home, 'change.yaml');
    writeFileSync(path, COMMITTED);
    // In a mount namespace of its own, so that nobody else sees the mount.
    const script = `mount --bind .git .git && mount -o remount,bind,ro .git && exec ${PROGRAM} change run ${path} --yes`;
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', '--map-root-user', 'sh', '-c', script],
      {
        cwd: box.cwd,
        env: box.env,
        encoding: 'utf8',
      },
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/it is applied and verified; it is not committed: .*Read-only file system/s);
    expect(readFileSync(file, 'utf8')).toContain('8080');
    expect(git('branch', '--list')).toBe('* main');
  });
});
