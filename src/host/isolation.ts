import { readFileSync } from 'node:fs';

/**
 * `unit` only when it can be shown: systemd started us (INVOCATION_ID) and the kernel says that neither we nor what we
 * start can gain privileges (NoNewPrivs) or make forbidden system calls (a seccomp filter).
 */
export function readIsolation(
  env: NodeJS.ProcessEnv = process.env,
  status: string = readStatus(),
): 'unit' | 'none' {
  if (!/^[0-9a-f]{32}$/.test(env.INVOCATION_ID ?? '')) return 'none';
  // proc_pid_status(5): Seccomp 2 is SECCOMP_MODE_FILTER.
  return /^NoNewPrivs:\s+1$/m.test(status) && /^Seccomp:\s+2$/m.test(status) ? 'unit' : 'none';
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    // What cannot be shown is not claimed.
    return '';
  }
}
