import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { KEPT_CODE } from '../kept-code.ts';
import { type Dialect, type ModelServer, type Script, startModelServer } from '../wire/index.ts';

/** The built program, started as a user starts it: through bin/steward, in a home of its own. */
export const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'steward');

/** Claude's model names select its dialect; with ANTHROPIC_BASE_URL nothing leaves the machine. */
export const MODEL = 'claude-sonnet-5-5';

export interface Ended {
  /** 128 + n when a signal ended it, as a shell says it. */
  code: number;
  stdout: string;
  stderr: string;
}

/** What stdin is: nothing, a closed descriptor, a pipe with these bytes (ended unless `isOpen`), or a file. */
export type Input = 'null' | 'closed' | { pipe: string | Uint8Array; isOpen?: boolean } | { file: string };

export interface StartOptions {
  input?: Input;
  env?: Record<string, string>;
  cwd?: string;
  /** Lets a test read stdout itself. */
  onStdout?: (child: ChildProcess) => void;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
}

/** A home, a working directory and an environment that no other test sees. */
export interface Box {
  home: string;
  cwd: string;
  env: Record<string, string>;
  start(args: readonly string[], options?: StartOptions): Running;
  run(args: readonly string[], options?: StartOptions): Promise<Ended>;
  /** Runs with `--output-format json` and gives the one object on stdout. */
  json(args: readonly string[], options?: StartOptions): Promise<Ended & { result: Result }>;
  /** Below the home; makes the folders. Gives the path. */
  write(path: string, text: string): string;
}

/** The result object, as far as tests look into it. */
export interface Result extends Record<string, unknown> {
  type: string;
  subtype: string;
  is_error: boolean;
  exit_code: number;
  outcome: string;
  reason: string;
  session_id: string;
  result?: string;
  errors?: string[];
  error: { code: string; message: string; retryable: boolean; resume_at: string | null } | null;
}

/** Removed when the test that made it is over. */
export function createBox(env: Record<string, string> = {}): Box {
  const folder = mkdtempSync(join(tmpdir(), 'steward-system-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, 'home');
  const cwd = join(folder, 'work');
  for (const path of [home, cwd]) mkdirSync(path);
  const box: Box = {
    home,
    cwd,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      XDG_CACHE_HOME: KEPT_CODE,
      TZ: 'UTC',
      LANG: 'C.UTF-8',
      ...env,
    },
    start: (args, options = {}) => startSteward(box, args, options),
    run: (args, options) => box.start(args, options).ended,
    async json(args, options) {
      const ended = await box.run([...args, '--output-format', 'json'], options);
      return { ...ended, result: readResult(ended) };
    },
    write(path, text) {
      const whole = join(home, path);
      mkdirSync(dirname(whole), { recursive: true });
      writeFileSync(whole, text);
      return whole;
    },
  };
  return box;
}

/** A box whose runs talk to a scripted model. */
export async function createBoxWithModel(
  script: Script,
  dialect: Dialect = 'anthropic',
): Promise<{ box: Box; server: ModelServer }> {
  const server = await startModelServer({ dialect, script });
  onTestFinished(() => server.close());
  const box = createBox({
    STEWARD_MODEL: MODEL,
    ANTHROPIC_API_KEY: 'sk-ant-api03-system-test',
    ANTHROPIC_BASE_URL: server.url,
  });
  return { box, server };
}

/** The one line on stdout of a json run; of a stream, its last line. Throws when anything but JSON is there. */
export function readResult({ code, stdout, stderr }: Ended): Result {
  const lines = readLines(stdout);
  const last = lines.at(-1);
  if (last?.type !== 'result') throw new Error(`no result object on stdout: ${stdout}\nstderr: ${stderr}`);
  // What tests read of it they compare with literals.
  const result = last as Result;
  // On every path of every test: the object and the exit status never disagree.
  const isError = code !== 0;
  const says = [result.exit_code, result.is_error, result.subtype !== 'success', result.errors !== undefined];
  expect(says).toEqual([code, isError, isError, isError]);
  return result;
}

export function readLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function startSteward(box: Box, args: readonly string[], options: StartOptions): Running {
  const { input = 'null' } = options;
  const isRedirected = input === 'closed' || (typeof input === 'object' && 'file' in input);
  // Node cannot close a descriptor of a child or open a file for it in one word; a shell can.
  const redirect = input === 'closed' ? '<&-' : '< "$INPUT_FILE"';
  const [file, words] = isRedirected
    ? ['/bin/sh', ['-c', `exec "$0" "$@" ${redirect}`, PROGRAM, ...args]]
    : [PROGRAM, [...args]];
  const child = spawn(file, words, {
    cwd: options.cwd ?? box.cwd,
    env: {
      ...box.env,
      ...options.env,
      ...(typeof input === 'object' && 'file' in input ? { INPUT_FILE: input.file } : {}),
    },
    stdio: [typeof input === 'object' && 'pipe' in input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  if (typeof input === 'object' && 'pipe' in input) {
    // A program that does not read all of it is no error of the test.
    child.stdin?.on('error', () => {});
    child.stdin?.write(input.pipe);
    if (input.isOpen !== true) child.stdin?.end();
  }
  const stdout = options.onStdout === undefined ? collect(child.stdout) : () => '';
  options.onStdout?.(child);
  const stderr = collect(child.stderr);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      child.stdin?.destroy();
      resolve({
        code: code ?? (SIGNALS[signal ?? ''] ?? 0) + 128,
        stdout: stdout(),
        stderr: stderr(),
      });
    });
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, ended };
}

const SIGNALS: Record<string, number> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
