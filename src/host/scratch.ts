import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files for other programs to look at, outside steward's own state, which no program is let into. */
export interface Scratch {
  /** Gives the absolute path. `name` is relative, `/`-separated, and steward's own choice. */
  write(name: string, content: string | Uint8Array): Promise<string>;
  /** Removes everything. Idempotent. */
  clear(): Promise<void>;
}

/** A folder of our user alone, made with the first file. */
export function createScratch(): Scratch {
  let folder: Promise<string> | null = null;
  return {
    async write(name, content) {
      folder ??= mkdtemp(join(tmpdir(), 'steward-check-'));
      const path = join(await folder, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, content, { mode: 0o600 });
      return path;
    },
    async clear() {
      const made = folder;
      folder = null;
      if (made !== null) await rm(await made, { recursive: true, force: true });
    },
  };
}
