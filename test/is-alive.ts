import { readFileSync } from 'node:fs';

/** Neither gone nor ended: whoever has to take the status of an orphan may take its time. */
export function isAlive(pid: number | string): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
