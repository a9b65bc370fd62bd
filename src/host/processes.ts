import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Action } from '../protocol/action.ts';
import type { Clock, Processes, ProcessResult } from '../protocol/machine.ts';
import { Permit } from '../protocol/permit.ts';
import type { StateStore } from '../protocol/store.ts';
import { buildEnvironment, TRUSTED_PATH } from './environment.ts';
import { runProcess } from './run-process.ts';

/** Pinned; NixOS has no /bin/bash, there the trusted path has one. */
const BASH = '/bin/bash';

export interface ProcessesOptions {
  clock: Clock;
  /** Takes the whole of long outputs. */
  store: StateStore;
  /** Folders, searched in order. */
  trustedPath?: readonly string[];
  /** Endpoint variables of clients (`NOMAD_ADDR`), the marker of the run. */
  extraEnv?: Readonly<Record<string, string>>;
}

export function createProcesses(options: ProcessesOptions): Processes {
  const trustedPath = options.trustedPath ?? TRUSTED_PATH;
  const env = buildEnvironment(process.env, trustedPath, options.extraEnv ?? {});

  let calls = 0;
  /** A process id comes back, but not with the same start. */
  const nextMark = () => `${process.pid}-${Math.round(performance.timeOrigin)}-${++calls}`;

  function find(program: string): string | undefined {
    if (isAbsolute(program)) return isProgram(program) ? program : undefined;
    if (program === '' || program.includes('/')) return undefined;
    return trustedPath.map((folder) => join(folder, program)).find(isProgram);
  }

  /** The words that are started, or why they cannot be. */
  function prepare(action: Action): { argv: readonly string[]; cwd: string } | { startError: string } {
    if (action.kind === 'shell') {
      const bash = isProgram(BASH) ? BASH : find('bash');
      if (bash === undefined) return { startError: 'ENOENT' };
      return { argv: [bash, '--noprofile', '--norc', '-c', action.line], cwd: action.cwd };
    }
    if (action.kind !== 'process') throw new Error(`a ${action.kind} is not a command`);
    const [name = '', ...rest] = action.argv;
    const program = find(name);
    // A file that is there but cannot be executed is a different answer than none.
    if (program === undefined) return { startError: isAbsolute(name) && isFile(name) ? 'EACCES' : 'ENOENT' };
    return { argv: [program, ...rest], cwd: action.cwd };
  }

  return {
    find,
    async run(permit, runOptions) {
      const kind = Permit.kindOf(permit) === 'shell' ? 'shell' : 'process';
      const command = prepare(Permit.spend(permit, kind));
      if ('startError' in command) return nothingStarted(command.startError, false);
      if (!isFolder(command.cwd)) return nothingStarted('ENOENT', false);
      if (runOptions.signal?.aborted === true) return nothingStarted(null, true);
      return runProcess({ ...command, env, mark: nextMark() }, runOptions, options.store);
    },
  };
}

function nothingStarted(startError: string | null, aborted: boolean): ProcessResult {
  const nothing = { text: '', totalBytes: 0, isTruncated: false };
  return {
    exitCode: null,
    signal: null,
    timedOut: false,
    aborted,
    startError,
    durationMs: 0,
    stdout: nothing,
    stderr: nothing,
    whole: null,
  };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    // Not there, or not for us: both are "not a program".
    return false;
  }
}

function isFile(path: string): boolean {
  return factsOf(path)?.isFile() === true;
}

function isFolder(path: string): boolean {
  return factsOf(path)?.isDirectory() === true;
}

function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    // What we may not see is not there for us.
    return undefined;
  }
}
