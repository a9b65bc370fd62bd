import type { HttpResult, ProcessResult } from '../protocol/machine.ts';
import type { ProbeStatus } from '../protocol/snapshot.ts';

/** How a probe ended, in the words of a snapshot item. */
export interface ProbeState {
  status: ProbeStatus;
  reason: string | null;
}

/** What programs say when the other side is not there, as opposed to broken. */
const UNREACHABLE = [
  /connection (?:was )?refused/i,
  /connection to the server \S+ was refused/i,
  /no route to host/i,
  /network is (?:unreachable|down)/i,
  /host is (?:unreachable|down)/i,
  /connection timed out|i\/o timeout|operation timed out/i,
  /(?:temporary failure in name resolution|name or service not known|could not resolve host|no such host)/i,
  /cannot connect to the docker daemon|is the docker daemon running/i,
  /failed to connect to (?:system scope )?bus|system has not been booted with systemd/i,
  /cannot connect to (?:podman|libvirt)|failed to connect to .*socket/i,
];

/** The kernel or the program was built without it (pressure files with psi=0): nothing to ask here. */
const UNSUPPORTED = /operation not supported|function not implemented|no journal files were found/i;

/** journalctl answers with exit 0 and nothing when it may not read; that is blindness, not silence. */
const BLIND = /not seeing messages from other users|insufficient permissions/i;

/** Words that do not say what to do. dbus-daemon hangs up on users that exist only while a unit runs: systemd #22737. */
const HINTS: readonly [RegExp, string][] = [
  [
    /transport endpoint is not connected/i,
    'the system bus turns users of DynamicUser= away: give the unit a User= that exists',
  ],
];

export function stateOfProcess(
  result: ProcessResult,
  okExits: readonly number[],
  timeoutMs: number,
): ProbeState {
  if (result.startError !== null)
    return { status: 'failed', reason: `could not be started: ${result.startError}` };
  if (result.timedOut) return { status: 'failed', reason: `no end after ${timeoutMs} ms` };
  if (result.aborted) return { status: 'failed', reason: 'aborted' };
  if (result.signal === 'SIGXFSZ')
    return {
      status: 'failed',
      reason: `printed more than ${result.stdout.totalBytes} bytes, too much to judge`,
    };
  if (result.exitCode === null)
    return { status: 'failed', reason: `killed by ${result.signal ?? 'a signal'}` };
  if (BLIND.test(result.stderr.text)) {
    return { status: 'failed', reason: `may not read everything: ${firstLine(result.stderr.text)}` };
  }
  if (result.exitCode === 0 || okExits.includes(result.exitCode)) return { status: 'ok', reason: null };
  const said = result.stderr.text.trim() === '' ? result.stdout.text : result.stderr.text;
  const hint = HINTS.find(([sign]) => sign.test(said))?.[1];
  const words = [`exit ${result.exitCode}`, firstLine(said)].filter((part) => part !== '').join(': ');
  const reason = hint === undefined ? words : `${words} (${hint})`;
  if (UNSUPPORTED.test(said)) return { status: 'not-configured', reason };
  return { status: UNREACHABLE.some((sign) => sign.test(said)) ? 'unreachable' : 'failed', reason };
}

export function stateOfHttp(
  result: HttpResult,
  expectStatus: number,
  alsoExpect: readonly number[] = [],
): ProbeState {
  if (result.status === null) return { status: 'unreachable', reason: result.failure ?? 'no answer' };
  if (result.status === expectStatus || alsoExpect.includes(result.status)) {
    return { status: 'ok', reason: null };
  }
  return { status: 'failed', reason: `HTTP ${result.status}, not ${expectStatus}` };
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
