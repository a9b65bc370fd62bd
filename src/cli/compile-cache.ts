import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where V8's compiled code may be kept. What lies there is executed, so the folder must be ours and closed to
 * others; null when that cannot be had (no home, a read-only disk), and steward then starts a little slower.
 */
export function compileCacheFolder(env: NodeJS.ProcessEnv): string | null {
  const base =
    env.CACHE_DIRECTORY?.split(':')[0] ?? env.XDG_CACHE_HOME ?? join(env.HOME ?? homedir(), '.cache');
  const folder = join(base, 'steward', 'compile');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const facts = lstatSync(folder);
    if (!facts.isDirectory() || facts.uid !== process.getuid?.()) return null;
    if ((facts.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    return folder;
  } catch {
    // Start-up must not depend on a cache.
    return null;
  }
}
