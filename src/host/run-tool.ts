import { spawn } from 'node:child_process';

export interface ToolEnd {
  /** null: a signal ended it. 127: there is no such program. */
  code: number | null;
  stdout: string;
  stderr: string;
}

const OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * A program of the system that an operator's own command needs (`systemctl`, `systemd-sysusers`), in the operator's
 * environment. No model has a say in it, so it needs no permit. Never rejects.
 */
export function runTool(argv: readonly string[], withinMs = 120_000): Promise<ToolEnd> {
  const [program = '', ...words] = argv;
  const env = { ...process.env, SYSTEMD_PAGER: '', SYSTEMD_COLORS: '0', LC_ALL: 'C.UTF-8' };
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env, timeout: withinMs });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (said[name].length < OUTPUT_LIMIT_BYTES) said[name] += text;
      });
    }
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ code: error.code === 'ENOENT' ? 127 : 126, stdout: '', stderr: error.message }),
    );
    child.once('close', (code) => resolve({ code, ...said }));
  });
}
