import { chmod, lstat, mkdir, open, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OpsError } from '../lib/ops-error.ts';
import { errorCode } from './state-errors.ts';

/**
 * Files of the machine that an operator's own command installs: units, settings, credentials. No model has a say in it, so
 * it needs no permit. `root` is in front of every path: `/`, or where another system is mounted.
 */
export interface MachineFiles {
  /** undefined: it is not there. */
  read(path: string): Promise<string | undefined>;
  /** Whole or not at all, on disk when it resolves. Gives the folders that it had to make, outermost first. */
  write(path: string, text: string, mode: number): Promise<string[]>;
  remove(path: string): Promise<void>;
  /** With everything in it. */
  removeFolder(path: string): Promise<void>;
  /** Only when nothing is in it. */
  removeEmpty(path: string): Promise<void>;
  /** Permission bits; undefined: it is not there. */
  mode(path: string): Promise<number | undefined>;
}

/** OpsError `input` for what cannot be read or written. */
export function createMachineFiles(root: string): MachineFiles {
  const at = (path: string): string => join(root, path);
  const failed = (path: string, error: unknown): OpsError => {
    const why = errorCode(error) ?? String(error);
    const hint = why === 'EACCES' || why === 'EPERM' ? { hint: 'this is for root' } : {};
    return new OpsError('machine-file', 'input', `${at(path)}: ${why}`, { ...hint, cause: error });
  };
  return {
    async read(path) {
      try {
        return await readFile(at(path), 'utf8');
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
        throw failed(path, error);
      }
    },
    async write(path, text, mode) {
      try {
        const made = await makeFolders(root, dirname(path));
        const draft = `${at(path)}.new-${process.pid}`;
        const file = await open(draft, 'w', mode);
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        // Whatever the umask is.
        await chmod(draft, mode);
        await rename(draft, at(path));
        return made;
      } catch (error) {
        throw failed(path, error);
      }
    },
    remove: (path) => rm(at(path), { force: true }),
    removeFolder: (path) => rm(at(path), { recursive: true, force: true }),
    async removeEmpty(path) {
      try {
        await rmdir(at(path));
      } catch {
        // Not empty, or gone: both are fine.
      }
    },
    async mode(path) {
      const facts = await lstat(at(path)).catch(() => undefined);
      return facts === undefined ? undefined : facts.mode & 0o7777;
    },
  };
}

async function makeFolders(root: string, folder: string): Promise<string[]> {
  if (folder === '/' || (await lstat(join(root, folder)).catch(() => undefined)) !== undefined) return [];
  const made = await makeFolders(root, dirname(folder));
  await mkdir(join(root, folder), { mode: 0o755 });
  await chmod(join(root, folder), 0o755);
  return [...made, folder];
}
