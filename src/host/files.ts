import { lstatSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OpsError } from '../lib/ops-error.ts';
import type { Files } from '../protocol/machine.ts';
import { Permit } from '../protocol/permit.ts';
import { asFileError, openJudgedFile, openJudgedFolder } from './open-file.ts';
import { removeFile, replaceFile } from './replace-file.ts';
import { resolvePath } from './resolve-path.ts';
import { errorCode } from './state-errors.ts';
import { walkTree } from './walk-tree.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Of a read without a limit: what is larger has to be read in pages. */
const WHOLE_LIMIT_BYTES = 64 * 1024 * 1024;

/** Paths of actions are absolute and as `resolve` gives them; one that leads elsewhere is refused with code `moved`. */
export function createFiles(): Files {
  return {
    resolve: resolvePath,
    async facts(path) {
      const real = await resolvePath(path, '/');
      const facts = factsOf(real);
      if (facts === undefined) return undefined;
      const kind = facts.isFile() ? 'file' : facts.isDirectory() ? 'directory' : 'other';
      return { path: real, kind, sizeBytes: facts.size, isInGitWorkTree: isInGitWorkTree(real) };
    },
    async read(permit, { offsetBytes = 0, limitBytes = WHOLE_LIMIT_BYTES + 1 } = {}) {
      const action = Permit.spend(permit, 'read');
      if (action.kind !== 'read') throw new Error('unreachable: spend checked the kind');
      const chunks: Uint8Array[] = [];
      let sizeBytes = 0;
      for await (const chunk of readFrom(action.path, offsetBytes, limitBytes)) {
        chunks.push(chunk);
        sizeBytes += chunk.length;
      }
      if (sizeBytes > WHOLE_LIMIT_BYTES) {
        throw new OpsError('too-large', 'tool', `${action.path} has more than ${WHOLE_LIMIT_BYTES} bytes`, {
          hint: 'read a part of it',
        });
      }
      return Buffer.concat(chunks);
    },
    readChunks(permit) {
      const action = Permit.spend(permit, 'read');
      if (action.kind !== 'read') throw new Error('unreachable: spend checked the kind');
      return readFrom(action.path, 0, Number.POSITIVE_INFINITY);
    },
    async *scan(permit, options) {
      const action = Permit.spend(permit, 'scan');
      if (action.kind !== 'scan') throw new Error('unreachable: spend checked the kind');
      await (await openJudgedFolder(action.root)).close();
      yield* walkTree(action.root, options);
    },
    async write(permit) {
      const action = Permit.spend(permit, 'write');
      if (action.kind !== 'write') throw new Error('unreachable: spend checked the kind');
      await replaceFile(action.path, action.content, action.expects);
    },
    async remove(permit) {
      const action = Permit.spend(permit, 'remove');
      if (action.kind !== 'remove') throw new Error('unreachable: spend checked the kind');
      await removeFile(action.path, action.expects);
    },
  };
}

/** Goes by what comes, not by the size: files of the kernel say 0 and have content. */
async function* readFrom(path: string, offsetBytes: number, limitBytes: number): AsyncGenerator<Uint8Array> {
  const file = await openJudgedFile(path);
  try {
    const end = offsetBytes + limitBytes;
    for (let at = offsetBytes; at < end; ) {
      const room = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, end - at));
      const { bytesRead } = await file.read(room, 0, room.length, at).catch((error: unknown) => {
        throw asFileError(error, path);
      });
      if (bytesRead === 0) return;
      yield room.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Whoever resolved the path has just had an answer from where it lies. */
function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (['ENOTDIR', 'EACCES', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined;
    throw asFileError(error, path);
  }
}

function isInGitWorkTree(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (isThere(join(folder, '.git'))) return true;
    if (folder === '/') return false;
  }
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    // Below a file, or hidden from us.
    return false;
  }
}
