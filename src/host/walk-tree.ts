import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Ignore } from 'ignore';
import type { ScannedFile } from '../protocol/machine.ts';
import { asFileError, openJudgedFile } from './open-file.ts';
import { errorCode } from './state-errors.ts';

/** Kernel interfaces, not files: some are endless, some act when they are read. Walked only when asked for by name. */
const KERNEL_FOLDERS = ['/proc', '/sys', '/dev'];
/** Folders looked at per file that may be found, so that a tree without files ends too. */
const FOLDERS_PER_FILE = 20;
/** More than a file said it has: one of the kernel says 0, and some of those never end (/proc/PID/pagemap). */
const GROWTH_BYTES = 4 * 1024 * 1024;
const SMALLEST_CHUNK_BYTES = 4096;
const LARGEST_CHUNK_BYTES = 1024 * 1024;

export interface WalkOptions {
  limit: number;
  isSecret: (path: string) => boolean;
  /** Asked of files that have more names than this one. */
  isSecretLink?: (path: string) => boolean;
  signal?: AbortSignal;
}

/** One .gitignore and the folder whose paths it speaks about. */
interface Rules {
  folder: string;
  matcher: Ignore;
}

/** Regular files below the root in the order of their paths. Links are neither followed nor given. */
export async function* walkTree(root: string, options: WalkOptions): AsyncGenerator<ScannedFile, void, void> {
  const { default: ignore } = await import('ignore');
  const walk = { isOver: false };
  let found = 0;
  let folders = 0;

  async function readRules(folder: string, name = '.gitignore'): Promise<Rules[]> {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    return text === undefined ? [] : [{ folder, matcher: ignore().add(text) }];
  }

  async function* walkFolder(
    folder: string,
    above: readonly Rules[],
  ): AsyncGenerator<ScannedFile, void, void> {
    if (++folders > options.limit * FOLDERS_PER_FILE) return;
    const rules = [...above, ...(await readRules(folder))];
    for (const entry of await readEntries(folder)) {
      if (options.signal?.aborted === true || found >= options.limit) return;
      const path = join(folder, entry.name);
      if (entry.name === '.git' || options.isSecret(path) || isIgnored(path, entry.isDirectory(), rules))
        continue;
      if (entry.isDirectory() && !KERNEL_FOLDERS.includes(path)) yield* walkFolder(path, rules);
      if (!entry.isFile()) continue;
      const facts = await lstat(path).catch(() => undefined);
      if (facts?.isFile() !== true) continue;
      if (facts.nlink > 1 && options.isSecretLink?.(path) === true) continue;
      found++;
      yield {
        path,
        sizeBytes: facts.size,
        read: () => readWhile(walk, path, facts.size, options.signal),
      };
    }
  }

  try {
    yield* walkFolder(root, await readRulesAbove(root, readRules));
  } finally {
    walk.isOver = true;
  }
}

/** Rules of the work tree to which the root belongs, if it belongs to one. */
async function readRulesAbove(
  root: string,
  readRules: (folder: string, name?: string) => Promise<Rules[]>,
): Promise<Rules[]> {
  const above: Rules[][] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    if (folder !== root) above.unshift(await readRules(folder));
    const isTop = await lstat(join(folder, '.git')).then(
      () => true,
      () => false,
    );
    if (isTop) return [...(await readRules(folder, '.git/info/exclude')), ...above.flat()];
    if (folder === '/') return [];
  }
}

async function readEntries(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return [];
    throw asFileError(error, folder);
  }
}

/** As git does: the deepest file that says anything about the path decides. */
function isIgnored(path: string, isFolder: boolean, rules: readonly Rules[]): boolean {
  for (const { folder, matcher } of rules.toReversed()) {
    const { ignored, unignored } = matcher.test(relative(folder, path) + (isFolder ? '/' : ''));
    if (ignored || unignored) return ignored;
  }
  return false;
}

async function readWhile(
  walk: { isOver: boolean },
  path: string,
  sizeBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  if (walk.isOver) throw new Error(`${path} was read after its walk had ended`);
  const file = await openJudgedFile(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const chunks: Uint8Array[] = [];
    const room = Math.min(sizeBytes + SMALLEST_CHUNK_BYTES, LARGEST_CHUNK_BYTES);
    for (let at = 0; at <= sizeBytes + GROWTH_BYTES && signal?.aborted !== true; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(room), 0, room, at);
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    return undefined;
  } catch {
    // Told to the caller as "cannot be had".
    return undefined;
  } finally {
    await file.close();
  }
}
