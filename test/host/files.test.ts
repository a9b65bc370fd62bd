import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createFiles } from '../../src/host/index.ts';
import { sha256 } from '../../src/lib/digest.ts';
import type { Permit } from '../../src/protocol/permit.ts';
import { createFakeFiles } from '../fakes/files.ts';
import { describeFiles, type Tree } from '../fakes/files-contract.ts';
import { mintPermit } from '../fakes/gate.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'steward-files-')));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const newFolder = () => mkdtempSync(join(scratch, 'tree-'));
const files = createFiles();

function plant(tree: Tree) {
  const root = newFolder();
  for (const [path, text] of Object.entries(tree.files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const [path, target] of Object.entries(tree.links)) symlinkSync(join(root, target), join(root, path));
  return { files: createFiles(), root };
}

describeFiles('the host', plant);
describeFiles('a fake', (tree) => {
  const under = (record: Record<string, string>) =>
    Object.entries(record).map(([k, v]) => [`/r/${k}`, v] as const);
  const links = under(tree.links).map(([path, target]) => [path, `/r/${target}`] as const);
  return {
    files: createFakeFiles(Object.fromEntries(under(tree.files)), Object.fromEntries(links)),
    root: '/r',
  };
});

const write = (path: string, content: string, before: string | null) =>
  files.write(mintPermit({ kind: 'write', path, content, expects: before === null ? null : sha256(before) }));

describe('resolve', () => {
  it('refuses a path that no call of the kernel would take', async () => {
    await expect(files.resolve(`/${'x/'.repeat(500_000)}`, '/')).rejects.toMatchObject({ code: 'bad-path' });
  });

  it('walks as the kernel does: a link counts before the `..` after it', async () => {
    const root = newFolder();
    mkdirSync(join(root, 'far/deep'), { recursive: true });
    symlinkSync('far/deep', join(root, 'near'));
    expect(await files.resolve('near/../x', root)).toBe(join(root, 'far/x'));
  });

  it.each([
    ['/proc/net/../cwd/x', /^\/proc\/\d+\/cwd\/x$/],
    ['/dev/fd/../cwd/../../x', /^\/proc\/\d+\/cwd\/x$/],
    ['link/package.json', /^\/proc\/\d+\/cwd\/package\.json$/],
    ['/proc/net/../root/etc/hosts', /^\/etc\/hosts$/],
  ])('does not take its own working directory for that of a command: %s', async (path, real) => {
    const root = newFolder();
    symlinkSync('/proc/self/cwd', join(root, 'link'));
    expect(await files.resolve(path, root)).toMatch(real);
    expect(await files.resolve(join(process.cwd(), 'package.json'), '/')).toBe(
      join(process.cwd(), 'package.json'),
    );
  });

  it('gives up on links that go round', async () => {
    const root = newFolder();
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    await expect(files.resolve('a', root)).rejects.toMatchObject({ code: 'bad-path' });
  });

  it('agrees with realpath for every path that exists', async () => {
    const root = newFolder();
    mkdirSync(join(root, 'a/b/c'), { recursive: true });
    symlinkSync('../b', join(root, 'a/b/up'));
    symlinkSync(join(root, 'a'), join(root, 'abs'));
    symlinkSync('abs/b/up', join(root, 'chain'));
    const part = fc.constantFrom('a', 'b', 'c', 'up', 'abs', 'chain', '..', '.', '');
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const path = `${root}/${parts.join('/')}`;
        let real: string;
        try {
          real = execRealpath(path);
        } catch {
          return;
        }
        expect(await files.resolve(path, '/')).toBe(real);
      }),
      { numRuns: 300 },
    );
  });
});

/** Node's own walks `..` before links when it normalises; libc does not. */
const execRealpath = (path: string) => realpathSync.native(path);

describe('write', () => {
  it('keeps mode and owner, and leaves no temporary file', async () => {
    const path = join(newFolder(), 'conf');
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    const owner = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : statSync(path);
    chownSync(path, owner.uid, owner.gid);
    await write(path, 'new', 'old');
    const after = statSync(path);
    expect([after.mode & 0o7777, after.uid, after.gid]).toEqual([0o640, owner.uid, owner.gid]);
    expect(readdirSync(dirname(path))).toEqual(['conf']);
  });

  it('leaves no temporary file when it is refused', async () => {
    const path = join(newFolder(), 'conf');
    writeFileSync(path, 'theirs');
    await expect(write(path, 'new', 'old')).rejects.toMatchObject({ code: 'changed' });
    expect(readdirSync(dirname(path))).toEqual(['conf']);
  });

  it('does not write through a link, not even a dangling one', async () => {
    const root = newFolder();
    symlinkSync(join(root, 'target'), join(root, 'link'));
    await expect(write(join(root, 'link'), 'x', null)).rejects.toMatchObject({ code: 'not-a-file' });
    expect(readdirSync(root)).toEqual(['link']);
    expect(lstatSync(join(root, 'link')).isSymbolicLink()).toBe(true);
  });

  it('does not follow a folder that was replaced by a link after it was judged', async () => {
    const root = newFolder();
    mkdirSync(join(root, 'judged'));
    mkdirSync(join(root, 'elsewhere'));
    renameSync(join(root, 'judged'), join(root, 'moved-away'));
    symlinkSync(join(root, 'elsewhere'), join(root, 'judged'));
    await expect(write(join(root, 'judged/file'), 'x', null)).rejects.toMatchObject({
      code: expect.stringMatching(/^(moved|missing)$/),
    });
    expect(readdirSync(join(root, 'elsewhere'))).toEqual([]);
  });

  it('lets one of two writers of the same new file win', async () => {
    const path = join(newFolder(), 'new');
    const done = await Promise.allSettled([write(path, 'one', null), write(path, 'two', null)]);
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = done[0]?.status === 'fulfilled' ? 'one' : 'two';
    expect(readFileSync(path, 'utf8')).toBe(winner);
  });
});

describe('read', () => {
  it('refuses pipes and devices at once', async () => {
    const root = newFolder();
    execFileSync('mkfifo', [join(root, 'pipe')]);
    for (const path of [join(root, 'pipe'), '/dev/zero']) {
      await expect(files.read(mintPermit({ kind: 'read', path }))).rejects.toMatchObject({
        code: 'not-a-file',
      });
    }
  });

  it('ends a walk over files of the kernel that never end', async () => {
    const own = `/proc/${process.pid}/task/${process.pid}`;
    const permit = mintPermit({ kind: 'scan', root: own });
    const isSecret = (path: string) => !/\/(?:pagemap|comm)$/.test(path);
    const read: [string, string | undefined][] = [];
    for await (const file of files.scan(permit, { limit: 1000, isSecret })) {
      const bytes = await file.read();
      read.push([file.path, bytes && Buffer.from(bytes).toString()]);
    }
    expect(read).toEqual([
      [`${own}/comm`, readFileSync(`${own}/comm`, 'utf8')],
      [`${own}/pagemap`, undefined],
    ]);
  });

  it('reads files of the kernel, which say that they are empty', async () => {
    const bytes = await files.read(mintPermit({ kind: 'read', path: '/proc/cpuinfo' }));
    expect(Buffer.from(bytes).toString()).toContain('processor');
  });

  it('says what a file of the kernel says that cannot be read', async () => {
    const path = `/proc/${process.pid}/mem`;
    const says = { code: 'device-error', message: `${path} cannot be accessed: the system says EIO` };
    await expect(files.read(mintPermit({ kind: 'read', path }))).rejects.toMatchObject(says);
  });

  it('refuses the whole of a huge file, and gives parts of it', async () => {
    const path = join(newFolder(), 'huge');
    execFileSync('truncate', ['-s', '100M', path]);
    await expect(files.read(mintPermit({ kind: 'read', path }))).rejects.toMatchObject({ code: 'too-large' });
    const part = await files.read(mintPermit({ kind: 'read', path }), {
      offsetBytes: 90_000_000,
      limitBytes: 10,
    });
    expect(part.length).toBe(10);
  });
});

async function scan(permit: Permit): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of files.scan(permit, { limit: 100, isSecret: () => false })) found.push(path);
  return found;
}

describe('scan', () => {
  it('does not leave the root through links, nor go round in them', async () => {
    const root = newFolder();
    mkdirSync(join(root, 'a'));
    writeFileSync(join(root, 'a/file'), '');
    symlinkSync('..', join(root, 'a/up'));
    symlinkSync('/etc', join(root, 'a/etc'));
    const permit = mintPermit({ kind: 'scan', root });
    const found = await scan(permit);
    expect(found).toEqual([join(root, 'a/file')]);
  });

  it('honours the rules of the work tree above its root', async () => {
    const root = newFolder();
    mkdirSync(join(root, '.git/info'), { recursive: true });
    mkdirSync(join(root, 'sub'));
    writeFileSync(join(root, '.gitignore'), '*.tmp\n/sub/named\n');
    writeFileSync(join(root, '.git/info/exclude'), 'excluded\n');
    for (const name of ['kept', 'a.tmp', 'named', 'excluded']) writeFileSync(join(root, 'sub', name), '');
    const permit = mintPermit({ kind: 'scan', root: join(root, 'sub') });
    const found = await scan(permit);
    expect(found).toEqual([join(root, 'sub/kept')]);
  });

  it('ends when aborted', async () => {
    const control = new AbortController();
    const found: string[] = [];
    const permit = mintPermit({ kind: 'scan', root: '/usr' });
    for await (const { path } of files.scan(permit, {
      limit: 10_000,
      isSecret: () => false,
      signal: control.signal,
    })) {
      found.push(path);
      if (found.length === 3) control.abort();
    }
    expect(found).toHaveLength(3);
  });

  it('gives no content of a file that became a link', async () => {
    const root = newFolder();
    writeFileSync(join(root, 'file'), 'text');
    const permit = mintPermit({ kind: 'scan', root });
    for await (const file of files.scan(permit, { limit: 10, isSecret: () => false })) {
      rmSync(join(root, 'file'));
      symlinkSync('/etc/hostname', join(root, 'file'));
      expect(await file.read()).toBeUndefined();
    }
  });

  it('removes what a killed steward left beside the file it wrote, and nothing else', async () => {
    const folder = newFolder();
    const dead = spawnSync('true').pid;
    const gone = `.a.conf.steward-${dead}-0123456789ab`;
    const kept = [
      `.a.conf.steward-${process.pid}-0123456789ab`,
      `.b.conf.steward-${dead}-0123456789ab`,
      `.a.conf.steward-${dead}-notes`,
    ];
    for (const name of [gone, ...kept]) writeFileSync(join(folder, name), 'x');
    const path = join(folder, 'a.conf');
    await files.write(mintPermit({ kind: 'write', path, content: 'new', expects: null }));
    expect(readdirSync(folder).sort()).toEqual([...kept, 'a.conf'].sort());
  });
});
