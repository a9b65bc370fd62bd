import type { Permit } from './permit.ts';

/** Ports of the machine. src/host implements them for real; test/fakes holds twins that pass the same suites. */

export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds, for durations. */
  elapsed(): number;
  /** Resolves early, without error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Bytes of one stream, head and tail kept when over the limit. */
export interface Captured {
  text: string;
  totalBytes: number;
  isTruncated: boolean;
}

export interface ProcessResult {
  /** null when a signal ended it or it never started. */
  exitCode: number | null;
  signal: string | null;
  timedOut: boolean;
  aborted: boolean;
  /** Set when the program could not be started: `ENOENT`, `EACCES`. */
  startError: string | null;
  durationMs: number;
  /** With `merge`, both streams in the order in which they were written; `stderr` is then empty. */
  stdout: Captured;
  stderr: Captured;
  /** Name in the state store of the output (its first 64 MiB), when `spill` was given and the limit was passed. */
  whole: string | null;
}

export interface ProcessOptions {
  timeoutMs: number;
  limitBytes: number;
  signal?: AbortSignal;
  merge?: boolean;
  /** State-store name to which the whole output goes once it passes `limitBytes`. */
  spill?: string;
  stdin?: string;
  /** Told of the output as it comes; must not throw. */
  onBytes?(bytes: Uint8Array): void;
  /** On steward's own terminal, which the screen has given up: nothing is captured. Only with a permit that `isBare`. */
  isOnTerminal?: boolean;
}

export interface Processes {
  /**
   * Runs the permit's action (`process` or `shell`) in a process group of its own, with the fixed environment.
   * Never throws for what the program does. On timeout or abort: TERM, 5 s, KILL, to the whole group; nothing of
   * the group is left when it resolves.
   */
  run(permit: Permit, options: ProcessOptions): Promise<ProcessResult>;
  /** For so many programs that are about to be run at the same time: starting them with one another costs less. */
  together(expected: number): Together;
  /** Absolute path of a program on the trusted path list, or undefined. */
  find(program: string): string | undefined;
}

export interface Together {
  /** As `Processes.run`, but it waits a moment (100 ms at most) for the others. */
  run: Processes['run'];
  /** One of those that were expected does not come. */
  excuse(): void;
}

export interface FileFacts {
  /** Absolute, links resolved. */
  path: string;
  kind: 'file' | 'directory' | 'other';
  sizeBytes: number;
  /** A folder above it holds `.git`. */
  isInGitWorkTree: boolean;
}

export interface ScannedFile {
  path: string;
  sizeBytes: number;
  /**
   * The bytes, covered by the scan permit while the walk lasts. Links are not followed. `undefined` when they cannot be
   * had: gone, no permission, by now something else than a regular file, without an end, or nobody waits any more.
   */
  read(): Promise<Uint8Array | undefined>;
}

export interface Files {
  /** Resolves links and `..`; for a path that does not exist, of its nearest existing ancestor. */
  resolve(path: string, cwd: string): Promise<string>;
  facts(path: string): Promise<FileFacts | undefined>;
  /** `read` permit. Rejects with OpsError for what the operator can see (missing, unreadable, a folder). */
  read(permit: Permit, options?: { offsetBytes?: number; limitBytes?: number }): Promise<Uint8Array>;
  /**
   * `read` permit: the whole file in order, in chunks of at most 1 MiB, until it ends or the consumer breaks off, so
   * that a page of a large file needs no more memory than the page. Rejects as `read` does.
   */
  readChunks(permit: Permit): AsyncIterable<Uint8Array>;
  /** `scan` permit: regular files below the root, `.gitignore` honoured, `.git` and `isSecret` paths left out. */
  scan(
    permit: Permit,
    options: {
      limit: number;
      isSecret: (path: string) => boolean;
      isSecretLink?: (path: string) => boolean;
      signal?: AbortSignal;
    },
  ): AsyncIterable<ScannedFile>;
  /** `write` permit: temp, fsync, rename, mode kept. Rejects with code `changed` when the old bytes are not `expects`. */
  write(permit: Permit): Promise<void>;
  /** `remove` permit, same precondition. */
  remove(permit: Permit): Promise<void>;
}

export interface HttpResult {
  /** null when there was no answer. */
  status: number | null;
  body: Captured;
  /** `refused`, `timeout`, `dns`, `tls`, `reset`, … when there was no answer. */
  failure: string | null;
  durationMs: number;
  /** When the server's certificate ends, milliseconds since the epoch; absent unless asked for and seen. */
  certificateEndsAt?: number;
}

export interface Http {
  /** `fetch` permit. Redirects are not followed. Never throws for what the network does. */
  fetch(
    permit: Permit,
    options: { timeoutMs: number; limitBytes: number; signal?: AbortSignal; wantsCertificate?: boolean },
  ): Promise<HttpResult>;
}

export interface WebMessage {
  method: 'GET' | 'POST';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface WebAnswer {
  /** null when there was no answer. */
  status: number | null;
  /** As the header says it: seconds, or a date. */
  retryAfter: string | null;
  text: string;
  /** As of `HttpResult`. */
  failure: string | null;
}

/**
 * Steward's own words, to a service that the operator's settings name. It changes nothing that steward looks after, so
 * there is no permit; never used for an address that a model names.
 */
export interface WebSender {
  /** Redirects are not followed: a message would go where nobody sent it. Never throws for what the network does. */
  send(
    message: WebMessage,
    options: { timeoutMs: number; limitBytes: number; signal?: AbortSignal },
  ): Promise<WebAnswer>;
}

export interface HostIdentity {
  hostname: string;
  /** First 12 hex digits of the sha256 of /etc/machine-id: tells hosts apart without giving the id away. */
  machine: string;
  kernel: string;
  user: string;
}

/**
 * Files that operators write for steward to be configured with (settings, goals, probes, a trigger file). Read only,
 * before anything is judged, so without a permit; never used for paths that a model names.
 */
export interface OperatorFiles {
  /** undefined when there is no such file; OpsError `unreadable` otherwise. */
  readText(path: string): Promise<string | undefined>;
  /** Names of regular files in a folder, sorted; empty when there is no such folder. */
  list(folder: string): Promise<string[]>;
  exists(path: string): boolean;
  /** Who may have written it: what is executed must belong to root or to us, and be writable by nobody else. */
  isTrustedExecutable(path: string): boolean;
}
