import { statfsSync } from 'node:fs';

/** Bytes that we may still write below a folder; null when it cannot be told. The last few percent are root's alone. */
export function readFreeBytes(folder: string): number | null {
  try {
    const { bsize, bavail, bfree, files, ffree } = statfsSync(folder);
    // File systems that make inodes as they go count none.
    if (files > 0 && ffree === 0) return 0;
    return bsize * (process.getuid?.() === 0 ? bfree : bavail);
  } catch {
    // Gone or closed to us: whoever writes there will say so.
    return null;
  }
}
