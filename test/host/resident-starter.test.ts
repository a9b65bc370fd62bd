import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock, createMemoryStore, createProcesses } from '../../src/host/index.ts';
import type { Action } from '../../src/protocol/action.ts';
import type { Effect } from '../../src/protocol/effect.ts';
import type { Processes, ProcessOptions } from '../../src/protocol/machine.ts';
import type { StateStore } from '../../src/protocol/store.ts';
import { mintPermit } from '../fakes/gate.ts';
import { describeProcesses } from '../fakes/processes-contract.ts';

const scratch = mkdtempSync(join(tmpdir(), 'steward-starter-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const DEADLINE_MS = 30_000;

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + DEADLINE_MS;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** /proc/PID/stat: the fourth field is the parent. */
const PARENT: Action = { kind: 'process', argv: ['cut', '-d', ' ', '-f', '4', '/proc/self/stat'], cwd: '/' };

async function parentOf(host: Processes, effect: Effect = 'observe'): Promise<number> {
  const { stdout } = await host.run(mintPermit(PARENT, effect), { timeoutMs: 20_000, limitBytes: 100 });
  return Number(stdout.text);
}

/** The shell that starts commands, once there is one. */
async function starterOf(host: Processes): Promise<number> {
  let parent = process.pid;
  await until(async () => {
    parent = await parentOf(host);
    return parent !== process.pid;
  });
  return parent;
}

function makeHost(store: StateStore = createMemoryStore('a test')): Processes {
  return createProcesses({ clock: createClock(), store, isForMany: true });
}

/** Waits for its starter before the first command. */
function makeWarmHost(store: StateStore): Processes {
  const host = makeHost(store);
  const warm = starterOf(host);
  return {
    ...host,
    async run(permit, options) {
      await warm;
      return host.run(permit, options);
    },
  };
}

describeProcesses('the host with a starter', makeWarmHost);

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const pidIn = (name: string) => Number(readFileSync(join(scratch, name), 'utf8'));

describe('the starter of commands that observe', () => {
  let host: Processes;
  beforeAll(async () => {
    host = makeHost();
    await starterOf(host);
  });
  const run = (action: Action, options: Partial<ProcessOptions> = {}, effect: Effect = 'observe') =>
    host.run(mintPermit(action, effect), { timeoutMs: 20_000, limitBytes: 8192, ...options });
  const shell = (line: string): Action => ({ kind: 'shell', line, cwd: scratch });
  const textOf = async (action: Action, options: Partial<ProcessOptions> = {}) =>
    (await run(action, options)).stdout.text;

  it('is a process of its own, the same for one command after the other', async () => {
    const starter = await starterOf(host);
    expect(await parentOf(host)).toBe(starter);
    const [, parent, group, session] =
      readFileSync(`/proc/${starter}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    expect([parent, group, session].map(Number)).toEqual([process.pid, starter, starter]);
  });

  it('starts nothing that has an effect, reads input, or comes while it works', async () => {
    expect(await parentOf(host, 'reversible')).toBe(process.pid);
    const reading = { kind: 'process', argv: ['sh', '-c', 'cat; echo $PPID'], cwd: '/' } as const;
    expect(await textOf(reading, { stdin: 'x ' })).toBe(`x ${process.pid}\n`);
    const slow = run(shell('sleep 1'));
    expect(await parentOf(host)).toBe(process.pid);
    expect((await slow).exitCode).toBe(0);
  });

  it('gives a command the folder, the signals and the descriptors that it has elsewhere', async () => {
    const look = 'pwd; umask; grep ^Sig[BIC] /proc/self/status; ls /proc/self/fd | head -3; cat';
    const plain = createProcesses({ clock: createClock(), store: createMemoryStore('a test') });
    const elsewhere = await plain.run(mintPermit(shell(look)), { timeoutMs: 20_000, limitBytes: 8192 });
    expect(await textOf(shell(look))).toBe(elsewhere.stdout.text);
    expect(elsewhere.stdout.text).toContain(scratch);
  });

  it('gives it the same environment, with a mark of its own', async () => {
    const names = (text: string) =>
      text
        .split('\n')
        .map((line) => line.replace(/^STEWARD_CALL=.*/, 'STEWARD_CALL'))
        // Shells set these for what they start.
        .filter((line) => !/^(?:_|SHLVL|PWD)=/.test(line))
        .sort();
    const env: Action = { kind: 'process', argv: ['env'], cwd: scratch };
    const elsewhere = await run(env, {}, 'reversible');
    expect(names(await textOf(env))).toEqual(names(elsewhere.stdout.text));
  });

  it('passes words as they are', async () => {
    const words = ['ä €', '$(touch sneaked)', '*', '', '-n', 'a\nb', '\\', '"', "'", 'x=1', '\u0001\u007f'];
    const printed = await textOf({ kind: 'process', argv: ['printf', '[%s]', ...words], cwd: scratch });
    expect(printed).toBe(words.map((word) => `[${word}]`).join(''));
    const long = 'x'.repeat(100_000);
    const whole = await run({ kind: 'process', argv: ['printf', '%s', long], cwd: scratch });
    expect(whole.stdout.totalBytes).toBe(long.length);
    expect(existsSync(join(scratch, 'sneaked'))).toBe(false);
  });

  it('tells how a program ended: a status, a signal, or a status that looks like one', async () => {
    const endings = [];
    for (const line of ['exit 3', 'kill -KILL $$', 'kill -SEGV $$', 'exit 129', 'exit 255']) {
      const { exitCode, signal } = await run(shell(line));
      endings.push(exitCode ?? signal);
    }
    expect(endings).toEqual([3, 'SIGKILL', 'SIGSEGV', 129, 255]);
  });

  it('keeps the order of both streams when merged, and long output whole', async () => {
    const line = 'for i in 1 2 3; do echo o$i; echo e$i >&2; done';
    expect(await textOf(shell(line), { merge: true })).toBe('o1\ne1\no2\ne2\no3\ne3\n');
    const { stdout, exitCode } = await run(shell('head -c 20000000 /dev/zero | tr "\\0" x'));
    expect([exitCode, stdout.totalBytes]).toEqual([0, 20_000_000]);
    expect(await textOf(shell('echo after'))).toBe('after\n');
  });

  it('ends what a line leaves behind, also what left its group, and hands nothing of it to the next', async () => {
    const stray =
      'setsid sh -c "echo \\$\\$ > stray; while sleep 0.4; do echo late; done" & sleep 0.2; echo done';
    const first = await run(shell(`${stray}; sleep 100 & echo $! > child`));
    expect(first.exitCode).toBe(0);
    expect(isAlive(pidIn('child'))).toBe(false);
    expect(isAlive(pidIn('stray'))).toBe(false);
    expect(await textOf(shell('echo clean'))).toBe('clean\n');
    await starterOf(host);
  });

  it('wakes a stopped program to end it', async () => {
    const result = await run(shell('kill -STOP $$'), { timeoutMs: 300 });
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: true });
  });

  it('is done without when it is killed while a command runs, of which nothing is left', async () => {
    const starter = await starterOf(host);
    const slow = run(shell('echo $$ > slow; sleep 100'));
    await until(() => existsSync(join(scratch, 'slow')) && pidIn('slow') > 0);
    process.kill(starter, 'SIGKILL');
    expect(await slow).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: false });
    expect(isAlive(pidIn('slow'))).toBe(false);
    expect(await starterOf(host)).not.toBe(starter);
  });

  it('is done without when it says nothing', async () => {
    const starter = await starterOf(host);
    process.kill(starter, 'SIGSTOP');
    expect(await textOf(shell('echo x >> once; echo said'))).toBe('said\n');
    await until(() => !isAlive(starter));
    expect(readFileSync(join(scratch, 'once'), 'utf8')).toBe('x\n');
  });
});

/** A program that runs commands as a run does; prints its starter and then does what it is told. */
function startProgram(then: string): ReturnType<typeof spawn> {
  const root = join(import.meta.dirname, '../..');
  const file = join(scratch, `program-${then.length}.ts`);
  writeFileSync(
    file,
    `import { createClock, createMemoryStore, createProcesses } from '${root}/src/host/index.ts';
    import { mintPermit } from '${root}/test/fakes/gate.ts';
    const host = createProcesses({ clock: createClock(), store: createMemoryStore('a test'), isForMany: true });
    const run = async (line: string) =>
      (await host.run(mintPermit({ kind: 'shell', line, cwd: '${scratch}' }, 'observe'), { timeoutMs: 60_000, limitBytes: 100 })).stdout.text;
    let starter = process.pid;
    while (starter === process.pid) starter = Number(await run('echo $PPID'));
    console.log(starter);
    ${then}`,
  );
  return spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function firstLine(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve) => child.stdout?.once('data', (chunk: Buffer) => resolve(Number(chunk))));
}

describe('a program with a starter', () => {
  it('ends when it has nothing more to do, and its starter with it', async () => {
    const program = startProgram('');
    const ended = new Promise((resolve) => program.once('exit', resolve));
    const starter = await firstLine(program);
    expect(await ended).toBe(0);
    await until(() => !isAlive(starter));
  });

  it('leaves nothing that writes to it when it is killed in the middle of a command', async () => {
    const program = startProgram("await run('echo $$ > writer; while sleep 0.05; do echo y; done');");
    const ended = new Promise((resolve) => program.once('exit', resolve));
    const starter = await firstLine(program);
    await until(() => existsSync(join(scratch, 'writer')) && pidIn('writer') > 0);
    program.kill('SIGKILL');
    await ended;
    await until(() => !isAlive(pidIn('writer')) && !isAlive(starter));
  });
});
