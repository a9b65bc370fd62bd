import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { ProcessOptions, ProcessResult } from '../protocol/machine.ts';
import type { StateStore } from '../protocol/store.ts';
import { FILTER_FD, STATUS_FD } from './bubblewrap.ts';
import { monotonicMs } from './monotonic.ts';
import { createOutput, type Output } from './output.ts';
import { endGroup, endStrays, terminateGroup, terminateInside } from './process-group.ts';
import { signalFilter } from './signal-filter.ts';
import { errorCode } from './state-errors.ts';
import type { StreamPair, StreamPairs } from './stream-pair.ts';

/** After the group has ended: who still holds the pipe has left the group, and we do not wait for it. */
const DRAIN_POLL_MS = 25;
const IDLE_LOOKS = 10;
const MOST_LOOKS = 200;

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

type Ending = Pick<ProcessResult, 'exitCode' | 'signal' | 'timedOut' | 'aborted' | 'startError'>;

/** One program in a process group of its own, from start to nothing left. */
export async function runProcess(
  command: Command,
  options: ProcessOptions,
  store: StateStore,
  pairs: StreamPairs,
): Promise<ProcessResult> {
  const start = monotonicMs();
  const spill = options.spill === undefined ? undefined : { store, name: options.spill };
  const output = createOutput(options.limitBytes, spill, options.onBytes);
  const env = { ...command.env, STEWARD_CALL: command.mark };
  // Not at the start of the program, which asks a model before it runs anything.
  const { spawn } = await import('node:child_process');
  const joined = options.merge === true ? await pairs.take() : null;
  const started = startChild(spawn, { ...command, env }, options, joined);
  // While the program runs: a call like this one is seldom the last.
  if (joined !== null) pairs.prepare();
  const status =
    typeof started === 'string' || command.sandbox.length === 0 ? undefined : readStatus(started.child);
  const ending =
    typeof started === 'string'
      ? notStarted(started)
      : await follow(started, options, output, `STEWARD_CALL=${command.mark}`, status !== undefined);
  const finished = await output.finish();
  const said = options.merge === true ? finished.stdout.text : finished.stderr.text;
  const seen = status === undefined ? ending : endingInside(ending, status(), said);
  return { ...seen, ...finished, durationMs: monotonicMs() - start };
}

/** Read by bubblewrap where its arguments name it; closed unread where they do not. */
function giveFilter(child: ChildProcess): void {
  const stream = child.stdio[FILTER_FD] as NodeJS.WritableStream | null;
  stream?.on('error', () => {});
  // Empty for an architecture that we do not know: bubblewrap does not start with that.
  stream?.end(signalFilter() ?? '');
}

/** What bubblewrap writes on its own descriptor. */
function readStatus(child: ChildProcess): () => string {
  let text = '';
  const stream = child.stdio[STATUS_FD] as NodeJS.ReadableStream;
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  stream.on('error', () => {});
  return () => text;
}

/** bubblewrap ends as the command did, with 128 and a signal's number; unless it never came to start it. */
function endingInside(ending: Ending, status: string, said: string): Ending {
  if (ending.startError !== null) return ending;
  const isForced = ending.timedOut || ending.aborted;
  if (isForced) {
    const signal = ending.exitCode === 143 ? 'SIGTERM' : ending.exitCode === 137 ? 'SIGKILL' : null;
    return signal === null ? ending : { ...ending, exitCode: null, signal };
  }
  if (ending.signal !== null || status.includes('"exit-code"')) return ending;
  const line = said.trim().split('\n').at(-1) ?? '';
  const exec = /^bwrap: execvp .*: (.*)$/.exec(line)?.[1];
  const code = exec === undefined ? undefined : EXEC_ERRORS[exec];
  return notStarted(code ?? `no isolation: ${line.slice(0, 200)}`);
}

const EXEC_ERRORS: Record<string, string> = {
  'No such file or directory': 'ENOENT',
  'Permission denied': 'EACCES',
  'Exec format error': 'ENOEXEC',
};

/** A child, and what its output comes from. */
interface Started {
  child: ChildProcess;
  stdout: Readable | null;
  stderr: Readable | null;
}

/** Where no file can be opened any more (EMFILE, ENFILE) a child comes without its streams, and tells why only later. */
export function hasNoPipes(child: ChildProcess): boolean {
  if (Array.isArray(child.stdio)) return false;
  child.once('error', () => {});
  return true;
}

/**
 * The child, or the code of what kept it from starting. One descriptor for both streams keeps the order of what was
 * written: that of `joined`, or, where a pair could not be had, one that a shell makes before it replaces itself.
 */
function startChild(
  spawn: typeof import('node:child_process').spawn,
  { argv, sandbox, cwd, env }: Command,
  options: ProcessOptions,
  joined: StreamPair | null,
): Started | string {
  const words = [...sandbox, ...argv];
  const [program = '', ...rest] =
    options.merge === true && joined === null ? ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh', ...words] : words;
  let child: ChildProcess;
  try {
    child = spawn(program, rest, {
      cwd,
      env,
      detached: true,
      stdio: [
        options.stdin === undefined ? 'ignore' : 'pipe',
        joined?.write ?? 'pipe',
        joined?.write ?? 'pipe',
        ...(sandbox.length > 0 ? ['pipe' as const, 'pipe' as const] : []),
      ],
    });
  } catch (error) {
    // Most failures come as an event; words that are too long together (E2BIG), or a NUL in one, come as a throw.
    const code = errorCode(error);
    joined?.read.destroy();
    if (code === undefined) throw error;
    return code;
  } finally {
    // From now on only the program and what it starts hold this end.
    joined?.write.destroy();
  }
  if (hasNoPipes(child)) {
    joined?.read.destroy();
    return 'EMFILE';
  }
  if (sandbox.length > 0) giveFilter(child);
  // A program that does not read its input closes the pipe: EPIPE is its right.
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.stdin);
  return { child, stdout: joined?.read ?? child.stdout, stderr: child.stderr };
}

function notStarted(startError: string): Ending {
  return { exitCode: null, signal: null, timedOut: false, aborted: false, startError };
}

async function follow(
  { child, stdout, stderr }: Started,
  options: ProcessOptions,
  output: Output,
  mark: string,
  isSandboxed: boolean,
): Promise<Ending> {
  const streams = [stdout, stderr].filter((stream) => stream !== null);
  const closed = Promise.all(
    [child, ...streams].map((one) => new Promise<void>((resolve) => one.once('close', () => resolve()))),
  );
  if (stdout) output.attach(stdout, 'stdout');
  if (stderr) output.attach(stderr, 'stderr');
  const ending = await watch(child, options, isSandboxed);
  if (ending.startError !== null) {
    for (const stream of streams) stream.destroy();
    return ending;
  }
  const isDrained = await drain(streams, closed, output);
  // Somebody left the group: what was ended by force, or holds the pipe, must not go on unseen.
  if (!isDrained || ending.timedOut || ending.aborted) await endStrays(mark);
  return ending;
}

/** Resolves when the leader has ended (or cannot be killed) and nothing else of its group is left. */
async function watch(child: ChildProcess, options: ProcessOptions, isSandboxed: boolean): Promise<Ending> {
  const group = child.pid;
  let timedOut = false;
  let aborted = false;
  let stopKilling: (() => void) | undefined;
  let giveUp: () => void = () => {};

  const exit = new Promise<Pick<Ending, 'exitCode' | 'signal' | 'startError'>>((resolve) => {
    giveUp = () => resolve({ exitCode: null, signal: 'SIGKILL', startError: null });
    child.once('error', (error) =>
      resolve({ exitCode: null, signal: null, startError: errorCode(error) ?? error.message }),
    );
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, startError: null }));
  });
  const terminate = () => {
    if (group !== undefined) stopKilling ??= (isSandboxed ? terminateInside : terminateGroup)(group, giveUp);
  };
  const timer = setTimeout(() => {
    timedOut = !aborted;
    terminate();
  }, options.timeoutMs);
  const abort = () => {
    aborted = !timedOut;
    terminate();
  };
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted === true) abort();

  const how = await exit;
  clearTimeout(timer);
  options.signal?.removeEventListener('abort', abort);
  stopKilling?.();
  if (group !== undefined && how.startError === null) await endGroup(group);
  return { ...how, timedOut, aborted };
}

/**
 * Reads what is still in the pipes: until they end, or until nothing comes although somebody holds them open, which
 * gives false.
 */
async function drain(
  streams: readonly Readable[],
  closed: Promise<unknown>,
  output: Output,
): Promise<boolean> {
  let poll: NodeJS.Timeout | undefined;
  const isStuck = new Promise<false>((resolve) => {
    let looks = 0;
    let idle = 0;
    let lastAt = output.lastAt();
    const look = () => {
      idle = output.lastAt() === lastAt ? idle + 1 : 0;
      lastAt = output.lastAt();
      if (idle >= IDLE_LOOKS || ++looks >= MOST_LOOKS) resolve(false);
    };
    // Immediates come after what waits in pipes: when this process gets no time, a clock says nothing of who wrote.
    poll = setInterval(() => setImmediate(look), DRAIN_POLL_MS);
  });
  const isDrained = await Promise.race([closed.then(() => true), isStuck]);
  clearInterval(poll);
  for (const stream of streams) stream.destroy();
  return isDrained;
}
