import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One child from start to end. */
export interface Ran {
  /** Milliseconds since the epoch, as `now` has it. */
  startedAt: number;
  wallMs: number;
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** Of the Node process itself, its children apart; null unless asked for. */
  own: { cpuMs: number; peakKib: number } | null;
}

export interface RunOptions {
  env: Record<string, string>;
  cwd: string;
  /** Costs the child a small file to load, so only where it is what is measured. */
  isUsageWanted?: boolean;
  /** Gets the id of the process, which stays the same when `sh` gives way to Node. */
  onStart?: (pid: number) => void;
}

const USAGE = join(import.meta.dirname, 'report-usage.cjs');

/** The clock that all processes of a measurement share, finer than Date.now(). */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

export async function runChild(argv: readonly string[], options: RunOptions): Promise<Ran> {
  const [program = '', ...rest] = argv;
  const folder = mkdtempSync(join(tmpdir(), 'bench-usage-'));
  const usage = join(folder, 'usage.json');
  const env = options.isUsageWanted
    ? { ...options.env, NODE_OPTIONS: `--require=${USAGE}`, BENCH_USAGE: usage }
    : options.env;
  const startedAt = now();
  const child = spawn(program, rest, { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString('utf8');
  });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const wallMs = now() - startedAt;
    const own = options.isUsageWanted ? (JSON.parse(readFileSync(usage, 'utf8')) as Ran['own']) : null;
    return { startedAt, wallMs, exitCode, ...output, own };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Processor time of all children that this process has waited for, theirs included: proc_pid_stat(5), in 10 ms ticks. */
export function childrenCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}
