import { posix } from 'node:path';
import ignore from 'ignore';
import { sha256 } from '../../src/lib/digest.ts';
import { OpsError } from '../../src/lib/ops-error.ts';
import type { Files } from '../../src/protocol/machine.ts';
import { Permit } from '../../src/protocol/permit.ts';

const CHUNK_BYTES = 1024 * 1024;

export interface FakeFiles extends Files {
  /** Absolute path → bytes. A path that ends in `/` is an empty folder. */
  readonly contents: Map<string, Uint8Array>;
  text(path: string): string | undefined;
}

/** Files in memory. Folders exist when something is below them. `links` maps a link to its absolute target. */
export function createFakeFiles(
  initial: Record<string, string | Uint8Array> = {},
  links: Record<string, string> = {},
): FakeFiles {
  const contents = new Map<string, Uint8Array>();
  for (const [path, data] of Object.entries(initial)) contents.set(path, Buffer.from(data));

  const isFolder = (path: string) =>
    path === '/' || contents.has(`${path}/`) || [...contents.keys()].some((p) => p.startsWith(`${path}/`));

  function resolve(path: string, cwd: string): string {
    const whole = posix.resolve(cwd, path);
    for (const [link, target] of Object.entries(links)) {
      if (whole === link || whole.startsWith(`${link}/`))
        return resolve(target + whole.slice(link.length), '/');
    }
    return whole;
  }

  function refuseIfMoved(path: string): void {
    if (resolve(path, '/') !== path) throw new OpsError('moved', 'tool', `${path} is reached through a link`);
  }

  function readExisting(path: string): Uint8Array {
    refuseIfMoved(path);
    const bytes = contents.get(path);
    if (bytes !== undefined) return bytes;
    if (isFolder(path)) throw new OpsError('not-a-file', 'tool', `${path} is a folder`);
    throw new OpsError('missing', 'tool', `${path} does not exist`);
  }

  function refuseIfChanged(path: string, expects: string | null): void {
    refuseIfMoved(path);
    if (isFolder(path)) throw new OpsError('not-a-file', 'tool', `${path} is a folder`);
    const bytes = contents.get(path);
    const found = bytes === undefined ? null : sha256(bytes);
    if (found !== expects)
      throw new OpsError('changed', 'tool', `${path} is not what it was when it was read`);
  }

  function isIgnored(root: string, path: string): boolean {
    let ignored = false;
    const parts = path.slice(root === '/' ? 1 : root.length + 1).split('/');
    for (let depth = 0; depth < parts.length; depth++) {
      const folder = posix.join(root, ...parts.slice(0, depth));
      const rules = contents.get(posix.join(folder, '.gitignore'));
      if (rules === undefined) continue;
      const verdict = ignore().add(Buffer.from(rules).toString('utf8')).test(parts.slice(depth).join('/'));
      if (verdict.ignored) ignored = true;
      if (verdict.unignored) ignored = false;
    }
    return ignored;
  }

  return {
    contents,
    text(path) {
      const bytes = contents.get(path);
      return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
    },
    resolve: async (path, cwd) => resolve(path, cwd),
    async facts(path) {
      const real = resolve(path, '/');
      const bytes = contents.get(real);
      if (bytes === undefined && !isFolder(real)) return undefined;
      const ancestors = real.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'));
      return {
        path: real,
        kind: bytes === undefined ? 'directory' : 'file',
        sizeBytes: bytes?.length ?? 0,
        isInGitWorkTree: ancestors.some((a) => isFolder(`${a}/.git`) || contents.has(`${a}/.git`)),
      };
    },
    async read(permit, options = {}) {
      const action = Permit.spend(permit, 'read');
      if (action.kind !== 'read') throw new Error('unreachable: spend checked the kind');
      const bytes = readExisting(action.path);
      const start = options.offsetBytes ?? 0;
      return bytes.slice(start, options.limitBytes === undefined ? undefined : start + options.limitBytes);
    },
    async *readChunks(permit) {
      const action = Permit.spend(permit, 'read');
      if (action.kind !== 'read') throw new Error('unreachable: spend checked the kind');
      const bytes = readExisting(action.path);
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.slice(at, at + CHUNK_BYTES);
    },
    async *scan(permit, options) {
      const action = Permit.spend(permit, 'scan');
      if (action.kind !== 'scan') throw new Error('unreachable: spend checked the kind');
      const { root } = action;
      if (!isFolder(root)) throw new OpsError('missing', 'tool', `${root} is not a folder`);
      let found = 0;
      let isOver = false;
      const readWhileOpen = async (path: string) => {
        if (isOver) throw new Error(`${path} was read after its walk had ended`);
        return contents.get(path);
      };
      try {
        for (const [path, bytes] of [...contents].sort(([a], [b]) => (a < b ? -1 : 1))) {
          if (!path.startsWith(root === '/' ? '/' : `${root}/`) || path.endsWith('/')) continue;
          if (path.split('/').includes('.git') || options.isSecret(path) || isIgnored(root, path)) continue;
          if (options.signal?.aborted === true || found++ >= options.limit) return;
          yield { path, sizeBytes: bytes.length, read: () => readWhileOpen(path) };
        }
      } finally {
        isOver = true;
      }
    },
    async write(permit) {
      const action = Permit.spend(permit, 'write');
      if (action.kind !== 'write') throw new Error('unreachable: spend checked the kind');
      refuseIfChanged(action.path, action.expects);
      contents.set(action.path, Buffer.from(action.content));
    },
    async remove(permit) {
      const action = Permit.spend(permit, 'remove');
      if (action.kind !== 'remove') throw new Error('unreachable: spend checked the kind');
      refuseIfChanged(action.path, action.expects);
      contents.delete(action.path);
    },
  };
}
