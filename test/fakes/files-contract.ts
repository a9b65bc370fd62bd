import { beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/lib/digest.ts';
import type { Action } from '../../src/protocol/action.ts';
import type { Files, ScannedFile } from '../../src/protocol/machine.ts';
import { mintPermit } from './gate.ts';

/** A tree to start from, relative to `root`; `links` as path → target, both relative to it. */
export interface Tree {
  files: Record<string, string>;
  links: Record<string, string>;
}

const TREE: Tree = {
  files: {
    'etc/hosts': '127.0.0.1 localhost\n',
    'repo/.git/HEAD': 'ref: refs/heads/main\n',
    'repo/.gitignore': '*.log\nbuild/\n!keep.log\n',
    'repo/a.nix': 'a = 1;\n',
    'repo/keep.log': 'kept\n',
    'repo/noise.log': 'noise\n',
    'repo/build/out': 'built\n',
    'repo/sub/.gitignore': '!sub.log\nsecret-plans\n',
    'repo/sub/sub.log': 'sub\n',
    'repo/sub/secret-plans': 'plans\n',
    'repo/sub/key.pem': 'key\n',
  },
  links: { 'repo/linked': 'etc', 'etc/link': 'etc/hosts', 'etc/dangling': 'etc/nothing' },
};

export function describeFiles(name: string, make: (tree: Tree) => { files: Files; root: string }): void {
  describe(`${name} as files`, () => {
    let files: Files;
    let root: string;
    beforeEach(() => {
      ({ files, root } = make(TREE));
    });
    const at = (path: string) => `${root}/${path}`;
    const read = (path: string, options?: { offsetBytes?: number; limitBytes?: number }) =>
      files
        .read(mintPermit({ kind: 'read', path: at(path) }), options)
        .then((bytes) => Buffer.from(bytes).toString());
    const write = (path: string, content: string, before: string | null) =>
      files.write(
        mintPermit({
          kind: 'write',
          path: at(path),
          content,
          expects: before === null ? null : sha256(before),
        }),
      );
    const scan = async (path: string, limit = 100) => {
      const found: [string, number][] = [];
      const permit = mintPermit({ kind: 'scan', root: at(path) });
      const isSecret = (secret: string) => secret.endsWith('.pem');
      for await (const file of files.scan(permit, { limit, isSecret })) {
        expect((await file.read())?.length).toBe(file.sizeBytes);
        found.push([file.path.slice(root.length + 1), file.sizeBytes]);
      }
      return found;
    };

    it('resolves links and `..`, also for what does not exist', async () => {
      expect(await files.resolve('../etc/./link', at('repo'))).toBe(at('etc/hosts'));
      expect(await files.resolve('linked/hosts', at('repo'))).toBe(at('etc/hosts'));
      expect(await files.resolve(at('repo/linked/new/file'), '/')).toBe(at('etc/new/file'));
      expect(await files.resolve('dangling', at('etc'))).toBe(at('etc/nothing'));
      expect(await files.resolve('/', '/')).toBe('/');
    });

    it('tells facts about a path', async () => {
      expect(await files.facts(at('etc/link'))).toEqual({
        path: at('etc/hosts'),
        kind: 'file',
        sizeBytes: 20,
        isInGitWorkTree: false,
      });
      expect(await files.facts(at('repo/sub'))).toMatchObject({ kind: 'directory', isInGitWorkTree: true });
      expect(await files.facts(at('repo/a.nix'))).toMatchObject({ kind: 'file', isInGitWorkTree: true });
      expect(await files.facts(at('nothing'))).toBeUndefined();
    });

    it('reads a file, whole, in part and in chunks', async () => {
      expect(await read('etc/hosts')).toBe('127.0.0.1 localhost\n');
      expect(await read('etc/hosts', { offsetBytes: 10 })).toBe('localhost\n');
      expect(await read('etc/hosts', { offsetBytes: 10, limitBytes: 5 })).toBe('local');
      expect(await read('etc/hosts', { offsetBytes: 100 })).toBe('');
      const chunks: Uint8Array[] = [];
      for await (const chunk of files.readChunks(mintPermit({ kind: 'read', path: at('etc/hosts') }))) {
        chunks.push(chunk);
      }
      expect(Buffer.concat(chunks).toString()).toBe('127.0.0.1 localhost\n');
    });

    it('says in words why something cannot be read', async () => {
      await expect(read('nothing')).rejects.toMatchObject({ code: 'missing', reason: 'tool' });
      await expect(read('etc/hosts/below')).rejects.toMatchObject({ code: 'missing' });
      await expect(read('repo')).rejects.toMatchObject({ code: 'not-a-file' });
    });

    it('refuses a path that leads through a link: it is not what was judged', async () => {
      await expect(read('etc/link')).rejects.toMatchObject({ code: 'moved' });
      await expect(read('repo/linked/hosts')).rejects.toMatchObject({ code: 'moved' });
      await expect(write('repo/linked/new', 'x', null)).rejects.toMatchObject({ code: 'moved' });
    });

    it('scans what git would look at, without secrets and links', async () => {
      expect(await scan('repo')).toEqual([
        ['repo/.gitignore', 23],
        ['repo/a.nix', 7],
        ['repo/keep.log', 5],
        ['repo/sub/.gitignore', 22],
        ['repo/sub/sub.log', 4],
      ]);
    });

    it('stops a scan at its limit, and refuses one of a file', async () => {
      expect(await scan('repo', 2)).toHaveLength(2);
      await expect(scan('nothing')).rejects.toMatchObject({ code: 'missing' });
    });

    it('reads no file of a scan that is over', async () => {
      const permit = mintPermit({ kind: 'scan', root: at('repo') });
      const found: ScannedFile[] = [];
      for await (const file of files.scan(permit, { limit: 1, isSecret: () => false })) found.push(file);
      await expect(async () => found[0]?.read()).rejects.toThrow('after its walk had ended');
    });

    it('makes a new file, with the folders above it', async () => {
      await write('repo/new/deep/file', 'new\n', null);
      expect(await read('repo/new/deep/file')).toBe('new\n');
    });

    it('replaces the file that was read', async () => {
      await write('repo/a.nix', 'a = 2;\n', 'a = 1;\n');
      expect(await read('repo/a.nix')).toBe('a = 2;\n');
    });

    it('leaves alone what has changed since it was read', async () => {
      await expect(write('repo/a.nix', 'mine', 'older')).rejects.toMatchObject({ code: 'changed' });
      await expect(write('repo/a.nix', 'mine', null)).rejects.toMatchObject({ code: 'changed' });
      await expect(write('repo/gone', 'mine', 'older')).rejects.toMatchObject({ code: 'changed' });
      await expect(write('repo/sub', 'mine', null)).rejects.toMatchObject({ code: 'not-a-file' });
      expect(await read('repo/a.nix')).toBe('a = 1;\n');
    });

    it('removes the file that was expected, and no other', async () => {
      const remove = (path: string, before: string) =>
        files.remove(mintPermit({ kind: 'remove', path: at(path), expects: sha256(before) }));
      await expect(remove('repo/a.nix', 'older')).rejects.toMatchObject({ code: 'changed' });
      await remove('repo/a.nix', 'a = 1;\n');
      expect(await files.facts(at('repo/a.nix'))).toBeUndefined();
      await expect(remove('repo/a.nix', 'a = 1;\n')).rejects.toMatchObject({ code: 'changed' });
    });

    it('refuses a permit for something else', async () => {
      const action: Action = { kind: 'read', path: at('etc/hosts') };
      await expect(async () => files.write(mintPermit(action))).rejects.toThrow('is for read, not for write');
    });
  });
}
