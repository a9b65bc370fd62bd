import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isAlive } from '../is-alive.ts';
import { type Box, createBox, PROGRAM } from './steward.ts';

function write(box: Box, name: string, text: string): string {
  const path = join(box.cwd, name);
  writeFileSync(path, text);
  return path;
}

const run = (box: Box, text: string) => box.json(['change', 'run', write(box, 'change.yaml', text), '--yes']);

describe('a change that cannot be carried out as it is', () => {
  it('is no change without a verification: 42, with the line', async () => {
    const { code, result } = await run(createBox(), 'title: x\napply: [{ run: "true" }]\n');
    expect(code).toBe(42);
    expect(result.error?.message).toMatch(/change\.yaml:1: verify: is missing/);
  });

  it('ends 60 with the step when its way back fails, and leaves what it could not put back', async () => {
    const box = createBox();
    write(box, 'a.json', '{"n":1}\n');
    // Somebody else writes into the file between the change and its verification: that is not ours to undo.
    const text = `title: x
apply:
  - edit: { file: a.json, find: '1', replace: '2' }
verify:
  - run: sh -c 'echo theirs > a.json; false'
    for: 0s
`;
    const { code, result } = await run(box, text);
    expect(code).toBe(60);
    expect(result.error?.message).toContain(`rollback 1: put ${join(box.cwd, 'a.json')} back`);
    expect(result.error?.message).toContain('was changed by somebody else; it is left as it is');
    expect(result.changes).toMatchObject([{ end: 'escalated', rollback_verified: false }]);
    expect(readFileSync(join(box.cwd, 'a.json'), 'utf8')).toBe('theirs\n');
  });

  it('shows a diff of 5 MB cut, with what it counts, and carries it out and back whole', async () => {
    const box = createBox();
    const big = Array.from({ length: 75_000 }, (_, index) => `line ${index} ${'x'.repeat(60)}\n`).join('');
    write(box, 'big.txt', big);
    const text = `title: Begin anew
apply: [{ write: { file: big.txt, text: "new\\n" } }]
verify: [{ run: grep -qx old big.txt, for: 0s }]
`;
    const file = write(box, 'change.yaml', text);
    const shown = await box.run(['change', 'check', file]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('big.txt: 75000 lines, 5.1 MiB → 1 line, 4 B');
    expect(shown.stdout).toContain('… more changes follow');
    expect(shown.stdout.split('\n').length).toBeLessThan(250);
    const json = await box.run(['change', 'check', file, '--json']);
    expect(json.stdout.length).toBeLessThan(400_000);
    expect(JSON.parse(json.stdout).diffs).toMatchObject([
      { size: { before: { lines: 75_000, bytes: big.length }, after: { lines: 1, bytes: 4 } } },
    ]);
    expect((await run(box, text)).code).toBe(58);
    expect(readFileSync(join(box.cwd, 'big.txt'), 'utf8')).toBe(big);
  });

  it('is not begun when a check before it hangs: its whole process group is ended, and the check named', async () => {
    const box = createBox();
    const pid = join(box.cwd, 'pid');
    const { code, result } = await run(
      box,
      `title: x
preflight:
  - run: sh -c 'sleep 1000 & echo $! > ${pid}; wait'
apply: [{ write: { file: a.txt, text: a } }]
verify: [{ run: "true" }]
`,
    );
    expect(code).toBe(60);
    expect(result.error?.message).toMatch(/preflight 1: .* timed out; nothing was done/s);
    expect(existsSync(join(box.cwd, 'a.txt'))).toBe(false);
    const child = readFileSync(pid, 'utf8').trim();
    expect(child).toMatch(/^\d+$/);
    await vi.waitFor(() => expect(isAlive(child)).toBe(false), { timeout: 20_000 });
  }, 180_000);

  it('is not begun where a service wants a credential that nobody gave', async () => {
    const box = createBox();
    const server = createServer((_, response) => response.writeHead(401).end('who are you?'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { code, result } = await run(
      box,
      `title: x
preflight: [{ http: "http://127.0.0.1:${port}/v1/jobs" }]
apply: [{ write: { file: a.txt, text: a } }]
verify: [{ run: "true" }]
`,
    );
    expect(code).toBe(60);
    expect(result.error?.message).toContain('HTTP 401: who are you?; nothing was done');
    expect(existsSync(join(box.cwd, 'a.txt'))).toBe(false);
  });

  it('goes back from a read-only file system, and says that it is one', () => {
    const box = createBox();
    const place = join(box.cwd, 'repository');
    mkdirSync(place);
    const file = write(
      box,
      'change.yaml',
      `title: x
apply:
  - write: { file: note.txt, text: a }
  - edit: { file: ${place}/a.conf, find: '1', replace: '2' }
verify: [{ run: grep -q 2 ${place}/a.conf, for: 0s }]
`,
    );
    // In a mount namespace of its own, so that nobody else sees the mount.
    const script = `mount -t tmpfs none ${place} && echo 1 > ${place}/a.conf && mount -o remount,ro ${place} &&
exec ${PROGRAM} change run ${file} --yes`;
    const { status, stderr } = spawnSync('unshare', ['--mount', '--map-root-user', 'sh', '-c', script], {
      cwd: box.cwd,
      env: box.env,
      encoding: 'utf8',
    });
    expect(stderr).toContain('is on a file system that is mounted read-only');
    expect(status).toBe(58);
    expect(existsSync(join(box.cwd, 'note.txt'))).toBe(false);
  });

  it('is not begun in a repository with a merge that nobody finished', async () => {
    const box = createBox();
    const git = (...args: string[]) =>
      spawnSync('git', ['-c', 'user.email=a@b.c', '-c', 'user.name=a', ...args], {
        cwd: box.cwd,
        env: box.env,
      });
    git('init', '-q', '-b', 'main');
    write(box, 'a.conf', 'port=1\n');
    git('add', '.');
    git('commit', '-qm', 'begin');
    git('checkout', '-qb', 'other');
    write(box, 'a.conf', 'port=2\n');
    git('commit', '-qam', 'theirs');
    git('checkout', '-q', 'main');
    write(box, 'a.conf', 'port=3\n');
    git('commit', '-qam', 'ours');
    git('merge', 'other');
    const before = readFileSync(join(box.cwd, 'a.conf'), 'utf8');
    expect(before).toContain('<<<<<<<');
    const { code, result } = await run(
      box,
      `title: x
apply: [{ edit: { file: a.conf, find: 'port=3', replace: 'port=4' } }]
verify: [{ run: grep -q port=4 a.conf, for: 0s }]
`,
    );
    expect(code).toBe(42);
    expect(result.error?.message).toContain('has a merge conflict that nobody has resolved');
    expect(readFileSync(join(box.cwd, 'a.conf'), 'utf8')).toBe(before);
  });

  it('is not done here when its target is another machine', async () => {
    const box = createBox();
    const { code, result } = await run(
      box,
      `title: x
targets: [{ host: nas.example.org }]
apply: [{ write: { file: a.txt, text: a } }]
verify: [{ run: "true" }]
`,
    );
    expect(code).toBe(42);
    const here = execFileSync('uname', ['-n'], { encoding: 'utf8' }).trim();
    expect(result.error?.message).toContain(
      `apply[0]: would be done on ${here}, and its target is the host nas.example.org`,
    );
    expect(existsSync(join(box.cwd, 'a.txt'))).toBe(false);
  });
});
