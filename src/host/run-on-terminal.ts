import type { ProcessResult } from '../protocol/machine.ts';
import { monotonicMs } from './monotonic.ts';
import { yieldTerminal } from './yield-terminal.ts';

/** After TERM. */
const KILL_AFTER_MS = 5_000;

interface TerminalCommand {
  /** The first is an absolute path. */
  argv: readonly string[];
  cwd: string;
  env: Record<string, string>;
}

/**
 * One program on the terminal that steward was started in. What it writes is for whoever sits there, and nobody keeps it:
 * it may hold what was typed.
 */
export async function runOnTerminal(
  { argv, cwd, env }: TerminalCommand,
  signal: AbortSignal | undefined,
): Promise<ProcessResult> {
  const startedMs = monotonicMs();
  const { spawn } = await import('node:child_process');
  const [program = '', ...rest] = argv;
  return await yieldTerminal(async () => {
    const child = spawn(program, rest, {
      cwd,
      env: { ...env, TERM: process.env.TERM ?? 'dumb' },
      stdio: 'inherit',
    });
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGTERM');
      timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    };
    signal?.addEventListener('abort', stop, { once: true });
    const end = await new Promise<{ code: number | null; by: string | null; startError: string | null }>(
      (resolve) => {
        child.on('close', (code, by) => resolve({ code, by, startError: null }));
        child.on('error', (error: NodeJS.ErrnoException) =>
          resolve({ code: null, by: null, startError: error.code ?? 'EIO' }),
        );
      },
    );
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    const nothing = { text: '', totalBytes: 0, isTruncated: false };
    return {
      exitCode: end.code,
      signal: end.by,
      timedOut: false,
      aborted: signal?.aborted === true && end.by !== null,
      startError: end.startError,
      durationMs: monotonicMs() - startedMs,
      stdout: nothing,
      stderr: nothing,
      whole: null,
    };
  });
}
