import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * An operator's own command with our own stdin, stdout and stderr, in the operator's own environment: nothing is captured.
 * Answers with its exit status; 128 + n when a signal ended it, 127 when there is no such program, 126 when it cannot be run.
 */
export function runInherited(argv: readonly string[]): Promise<number> {
  const [program = '', ...words] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: 'inherit' });
    // The terminal sends them to the whole group; the command decides what they mean, and we wait for it.
    const ignore = (): void => {};
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, ignore);
    const end = (code: number): void => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, ignore);
      resolve(code);
    };
    child.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ENOENT' ? 127 : 126));
    child.once('exit', (code, signal) =>
      end(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
