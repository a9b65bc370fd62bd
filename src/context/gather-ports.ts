import type { Gate } from '../protocol/gate.ts';
import type { Http, Processes } from '../protocol/machine.ts';
import type { ProbeState } from './probe-state.ts';

/** What gathering needs of the machine. */
export interface GatherPorts {
  gate: Gate;
  processes: Processes;
  http: Http;
  /** Does this path exist? For `needs`. */
  exists(path: string): boolean;
  /** May this file be executed as a probe: owned by root or us, writable by nobody else? */
  isTrustedExecutable(path: string): boolean;
  /** For probes that only root can take. */
  isRoot: boolean;
  cwd: string;
}

/** What one probe brought home, before it is parsed. */
export interface Gathered {
  state: ProbeState;
  /** stdout or body; for reachability probes one line per endpoint. */
  text: string;
  totalBytes: number;
  isTruncated: boolean;
  /** What went to stderr, for the reader. */
  remarks: string;
  exit: number | null;
  /** The commands as they ran, for probes that fill them in as they go. */
  command?: string;
  /** Already data, for probes whose answer is not a text. */
  output?: unknown;
}

/** More than this from one command is a probe gone wrong. */
export const CAPTURE_BYTES = 256 * 1024;

export function nothing(status: ProbeState['status'], reason: string | null): Gathered {
  return { state: { status, reason }, text: '', totalBytes: 0, isTruncated: false, remarks: '', exit: null };
}
