import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { RunEvent } from '../../src/protocol/event.ts';

/** How a sitting is ended: by nobody, or by SIGKILL. */
export type Blow =
  | { at: 'end' }
  | { at: 'time'; ms: number }
  /** Once this file is there. */
  | { at: 'file'; path: string }
  /** The kernel kills it as it is about to write this line of the log (from 1, of this sitting). */
  | { at: 'line'; line: number }
  /** As it is about to close its log: everything is written. */
  | { at: 'close' };

export interface Sitting {
  signal: NodeJS.Signals | null;
  status: number | null;
  stdout: string;
  stderr: string;
  durationMs: number;
}

/**
 * Runs the built program, and kills it with SIGKILL. At a line: strace(1) delivers the signal on entry to the n-th
 * write(2) to the log, which then does not happen; what is in flight is exact, whatever the machine's load. Only the main
 * thread is traced, which writes the log, and no command that it starts: those outlive it, as after any kill.
 */
export async function sit(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; log: string },
  blow: Blow,
): Promise<Sitting> {
  const words = [...tracing(blow, options.log), program, ...args];
  const startedMs = performance.now();
  const child = spawn(words[0] ?? program, words.slice(1), {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const timer = blow.at === 'time' ? setTimeout(() => child.kill('SIGKILL'), blow.ms) : undefined;
  const look = () => {
    if (blow.at === 'file' && existsSync(blow.path)) child.kill('SIGKILL');
  };
  const poll = blow.at === 'file' ? setInterval(look, 5) : undefined;
  // Not `close`: a command that outlives steward may hold a pipe.
  await once(child, 'exit');
  clearTimeout(timer);
  clearInterval(poll);
  const durationMs = performance.now() - startedMs;
  if (child.signalCode === null) await ended(child.stdout, child.stderr);
  return {
    signal: child.signalCode,
    status: child.exitCode,
    stdout: Buffer.concat(out).toString(),
    stderr: Buffer.concat(err).toString(),
    durationMs,
  };
}

/** bin/steward replaces itself by Node, so the process that is started is the one that is killed. */
function tracing(blow: Blow, log: string): string[] {
  const call = blow.at === 'line' ? 'write' : 'close';
  if (blow.at !== 'line' && blow.at !== 'close') return [];
  const when = blow.at === 'line' ? blow.line : 1;
  const inject = `inject=${call}:signal=SIGKILL:when=${when}`;
  return ['strace', '-o', '/dev/null', '-P', log, '-e', `trace=${call}`, '-e', inject];
}

async function ended(...streams: NodeJS.ReadableStream[]): Promise<void> {
  await Promise.all(streams.map((stream) => (stream.readable ? once(stream, 'close') : null)));
}

/** What is in a log, torn or not: the events of its whole lines. */
export function eventsOf(log: string): RunEvent[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { event: RunEvent }).event);
}
