/**
 * steward's own state: logs, snapshots, budgets. Names are relative, `/`-separated. Two implementations: a 0700
 * folder, and memory (no persistence, or an unwritable folder), with which only observe is allowed.
 */
export interface StateStore {
  readonly kind: 'disk' | 'memory';
  /** Where it is, for people. */
  readonly location: string;
  readText(name: string): Promise<string | undefined>;
  readBytes(name: string): Promise<Uint8Array | undefined>;
  /** Shorter than asked at the end of the file, empty past it. */
  readRange(name: string, offsetBytes: number, limitBytes: number): Promise<Uint8Array | undefined>;
  /** Temp, fsync, rename, fsync of the folder. Rejects with OpsError `state-full` or `state-unwritable`. */
  write(name: string, data: string | Uint8Array): Promise<void>;
  openAppend(name: string): Promise<AppendFile>;
  list(folder: string): Promise<StateEntry[]>;
  remove(name: string): Promise<void>;
  /** With all that is in it; no error when there is none. */
  removeFolder(name: string): Promise<void>;
  /**
   * Exclusive, released by the kernel when the holder dies. `undefined` when somebody else holds it after
   * `waitMs` (default 0). On disk an empty `<name>.lock` stays behind, to be removed with what it locked.
   */
  lock(name: string, waitMs?: number): Promise<StateLock | undefined>;
  /** Absolute path for tools that page through a spilled file; undefined in memory. */
  pathOf(name: string): string | undefined;
}

export interface StateEntry {
  /** Within its folder. */
  name: string;
  sizeBytes: number;
  modifiedAt: number;
}

export interface StateLock {
  release(): void;
}

export interface AppendFile {
  /** Synchronous and whole: after it returns the bytes are in the file. Throws OpsError `state-full`. */
  append(data: string | Uint8Array): void;
  /** fdatasync. */
  sync(): Promise<void>;
  truncate(sizeBytes: number): void;
  readText(): Promise<string>;
  close(): void;
}
