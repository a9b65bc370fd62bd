import type { Readable } from 'node:stream';
import type { ProcessResult } from '../protocol/machine.ts';

/** What is started, with all that was decided about it. */
export interface Command {
  /** The first is an absolute path. */
  argv: readonly string[];
  /** What builds the sandbox around it; empty: it runs as it is. */
  sandbox: readonly string[];
  cwd: string;
  env: Record<string, string>;
  /** No other call on this machine has it: by it a process that left the group is found. */
  mark: string;
}

/** What was started, by whomever. */
export interface Started {
  /** It leads a group of its own; undefined when it could not be started. */
  pid: number | undefined;
  stdout: Readable | null;
  stderr: Readable | null;
  exited: Promise<Exit>;
  /** It has exited, and its output came to the end or was given up. */
  closed: Promise<void>;
  /** What a sandbox says of it, where there is one. */
  status?: () => string;
}

export type Exit = Pick<ProcessResult, 'exitCode' | 'signal' | 'startError'>;
