import { readFileSync } from 'node:fs';

/** linux/sched.h, PF_EXITING: it has given up its memory, or is about to, and is not yet a zombie. */
const EXITING = 0x4;

/** What has ended and was not waited for, or is just ending, is not alive (proc_pid_stat(5): state and flags). */
export function isAlive(pid: number | string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', , , , , , flags = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return !/[ZX]/.test(state) && (Number(flags) & EXITING) === 0;
  } catch {
    return false;
  }
}
