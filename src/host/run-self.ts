import { spawn } from 'node:child_process';

export interface OwnRun {
  pid: number;
  /** Exit status; 128 + n is not told apart: null when a signal ended it, or it could not be started. */
  ended: Promise<number | null>;
  /** Ends it in order. */
  terminate(): void;
}

/**
 * This very program again, with other arguments, in a process of its own: what it does to memory, and whatever ends it,
 * is its own affair. It has no stdin; what it prints on stderr goes where ours goes.
 */
export function startSelf(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): OwnRun {
  const program = process.argv[1] ?? '';
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (code) => resolve(code));
  });
  return { pid: child.pid ?? 0, ended, terminate: () => void child.kill('SIGTERM') };
}
