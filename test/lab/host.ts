import { spawn } from 'node:child_process';

export interface Output {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program on the host and waits for it. Never rejects for what it does; for a program that never ends, it does. */
export function runOnHost(
  argv: readonly string[],
  options: { env?: Record<string, string>; input?: string } = {},
): Promise<Output> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { env: { ...process.env, ...options.env }, stdio: 'pipe' });
  const output: Output = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  // A program that ends without reading its input is no trouble of ours.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...output, code }));
  });
}

/** For what must work: throws with what the program said. */
export async function mustRun(
  argv: readonly string[],
  options: { env?: Record<string, string>; input?: string } = {},
): Promise<string> {
  const { code, stdout, stderr } = await runOnHost(argv, options);
  if (code === 0) return stdout;
  throw new Error(`${argv.join(' ')}: exit ${code}\n${stdout}${stderr}`);
}

/** Asks until it is so: for what other processes do in their own time. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not within 120 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
