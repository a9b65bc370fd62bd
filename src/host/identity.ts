import { readFileSync } from 'node:fs';
import { hostname, release, userInfo } from 'node:os';
import { sha256 } from '../lib/digest.ts';
import type { HostIdentity } from '../protocol/machine.ts';

/** Which machine this is. Starts no process. */
export function readHostIdentity(): HostIdentity {
  return { hostname: hostname(), machine: readMachine(), kernel: release(), user: readUser() };
}

/** `unknown` where there is no machine-id: in containers it may be missing or empty. */
function readMachine(): string {
  try {
    const id = readFileSync('/etc/machine-id', 'utf8').trim();
    return id === '' ? 'unknown' : sha256(id).slice(0, 12);
  } catch {
    return 'unknown';
  }
}

/** Under DynamicUser= there may be no entry in the user database, and userInfo() throws. */
function readUser(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
