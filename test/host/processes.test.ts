import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createClock, createMemoryStore, createProcesses, openDiskStore } from '../../src/host/index.ts';
import { runProcess } from '../../src/host/run-process.ts';
import type { Action } from '../../src/protocol/action.ts';
import type { ProcessOptions, ProcessResult } from '../../src/protocol/machine.ts';
import { mintPermit } from '../fakes/gate.ts';
import { createFakeProcesses } from '../fakes/processes.ts';
import { CONTRACT_SCRIPT, describeProcesses } from '../fakes/processes-contract.ts';
import { isAlive } from '../is-alive.ts';

const scratch = mkdtempSync(join(tmpdir(), 'steward-processes-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describeProcesses('the host', (store) => createProcesses({ clock: createClock(), store }));
describeProcesses('a fake', (store) => createFakeProcesses(CONTRACT_SCRIPT, { store }));

const processes = createProcesses({ clock: createClock(), store: openDiskStore(join(scratch, 'state')) });
const shell = (line: string): Action => ({ kind: 'shell', line, cwd: scratch });
const run = (action: Action, options: Partial<ProcessOptions> = {}) =>
  processes.run(mintPermit(action), { timeoutMs: 20_000, limitBytes: 8192, ...options });

const pidIn = (file: string) => Number(readFileSync(join(scratch, file), 'utf8'));

/** Runs out of time once the line has said "stands"; a busy machine may need longer to get there. */
async function runOut(line: string): Promise<ProcessResult> {
  for (let timeoutMs = 300; ; timeoutMs *= 4) {
    const result = await run(shell(line), { timeoutMs });
    if (result.stdout.text.startsWith('stands\n')) return result;
  }
}

describe('ending processes', { timeout: 60_000 }, () => {
  it('kills a program that ignores TERM after 5 s and leaves nothing of its group', async () => {
    const { durationMs, ...result } = await runOut(
      `trap "" TERM; (trap "" TERM; echo $BASHPID > deaf; exec sleep 100) &
      until [ -s deaf ]; do sleep 0.01; done; echo stands; sleep 100; sleep 100`,
    );
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true });
    expect(durationMs).toBeGreaterThan(5_300);
    // The grace is not begun again for what comes after the first.
    expect(durationMs).toBeLessThan(50_000);
    expect(isAlive(pidIn('deaf'))).toBe(false);
  });

  it('ends background children when the line has ended, and does not wait for their pipe', async () => {
    const result = await run(shell('sleep 100 & echo $! > child; echo started'));
    expect(result).toMatchObject({ exitCode: 0, timedOut: false, stdout: { text: 'started\n' } });
    expect(isAlive(pidIn('child'))).toBe(false);
  });

  it('kills background children that ignore TERM', async () => {
    const result = await run(
      shell(`(trap "" TERM; echo $BASHPID > deaf-child; while :; do sleep 1; done) &
        until [ -s deaf-child ]; do sleep 0.01; done`),
    );
    expect(result.exitCode).toBe(0);
    expect(isAlive(pidIn('deaf-child'))).toBe(false);
  });

  it('does not wait for a process that left the group and holds the pipe, but ends it', async () => {
    const result = await run(
      shell(`setsid sh -c 'echo $$ > stray; exec sleep 100' &
        until [ -s stray ]; do sleep 0.01; done; echo done`),
    );
    expect(result).toMatchObject({ exitCode: 0, timedOut: false, stdout: { text: 'done\n' } });
    expect(isAlive(pidIn('stray'))).toBe(false);
  });

  it('ends processes that left the group when the call runs out of time', async () => {
    const result = await runOut(
      `setsid sh -c 'echo $$ > hidden; exec sleep 100' > /dev/null 2>&1 &
      until [ -s hidden ]; do sleep 0.01; done; echo stands; sleep 100`,
    );
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGTERM' });
    expect(isAlive(pidIn('hidden'))).toBe(false);
  });

  it('wakes a stopped program to end it', async () => {
    // Of one that does not wake, TERM is no end, and KILL is.
    const result = await runOut('echo stands; kill -STOP $$');
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: true });
  });

  it('lets what the line left behind finish its last words', async () => {
    const words = join(scratch, 'last-words');
    // On a busy machine its moment can be over before it has had any time; it has none where nothing is let finish.
    for (let tries = 0; tries < 10 && !(existsSync(words) && readFileSync(words).length > 0); tries += 1) {
      expect((await run(shell('seq 1 3 > >(sleep 0.01; cat > last-words)'))).exitCode).toBe(0);
    }
    expect(readFileSync(words, 'utf8')).toBe('1\n2\n3\n');
  });
});

describe('output', () => {
  it('keeps the order of both streams when merged', async () => {
    const result = await run(shell('for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done'), { merge: true });
    expect(result.stdout.text).toBe('o1\ne1\no2\ne2\no3\ne3\no4\ne4\no5\ne5\n');
  });

  it('keeps that order where no pair of sockets can be had', async () => {
    const line = 'echo o1; echo e1 >&2; echo o2; exit 3';
    const command = { argv: ['/bin/bash', '-c', line], sandbox: [], cwd: scratch, env: {}, mark: 'no-pair' };
    const options = { timeoutMs: 20_000, limitBytes: 8192, merge: true };
    const store = createMemoryStore('a test');
    const noPairs = { take: async () => null, prepare() {} };
    const result = await runProcess(command, options, store, noPairs);
    expect(result).toMatchObject({ exitCode: 3, stdout: { text: 'o1\ne1\no2\n' }, stderr: { text: '' } });
  });

  it('comes whole from a program that writes faster than it is read, merged or not', async () => {
    const line = 'seq 1 300000; seq 1 300000 >&2';
    const bytes = Buffer.byteLength(Array.from({ length: 300_000 }, (_, i) => `${i + 1}\n`).join(''));
    const merged = await run(shell(line), { merge: true });
    expect(merged).toMatchObject({
      exitCode: 0,
      stdout: { totalBytes: 2 * bytes },
      stderr: { totalBytes: 0 },
    });
    const apart = await run(shell(line));
    expect(apart).toMatchObject({
      exitCode: 0,
      stdout: { totalBytes: bytes },
      stderr: { totalBytes: bytes },
    });
  });

  it('comes whole when this process gets no time to read it', async () => {
    const block = (ms: number) => {
      const end = Date.now() + ms;
      while (Date.now() < end);
    };
    await run(shell('true'));
    // While the first one's words are taken in, the other speaks and ends: its end is known before it has been read.
    const first = run(shell('printf first'), { onBytes: () => block(700) });
    const second = run(shell('sleep 0.4; printf second'));
    await new Promise((resolve) => setImmediate(resolve));
    block(250);
    const stall = setInterval(() => block(300), 1);
    const results = await Promise.all([first, second]);
    clearInterval(stall);
    expect(results.map(({ stdout }) => stdout.text)).toEqual(['first', 'second']);
  });

  it('stays within bounded memory for 200 MB and keeps the first 64 MiB of them', async () => {
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 20);
    const result = await run(shell('head -c 200000000 /dev/zero | tr "\\0" x'), { spill: 'spill/big' });
    clearInterval(watch);
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toMatchObject({ totalBytes: 200_000_000, isTruncated: true });
    expect(Buffer.byteLength(result.stdout.text)).toBeLessThanOrEqual(8192);
    // V8 lets up to 64 MiB of buffers that nobody holds lie before it looks for them.
    expect(peak - before).toBeLessThan(150 * 1024 * 1024);
    const spilled = readFileSync(join(scratch, 'state/spill/big'));
    expect(spilled.length).toBe(64 * 1024 * 1024);
  });

  it('spills bytes as they are', async () => {
    const result = await run(shell('head -c 30000 /dev/urandom | tee original'), { spill: 'spill/raw' });
    expect(result.whole).toBe('spill/raw');
    const [original, spilled] = ['original', 'state/spill/raw'].map((name) =>
      readFileSync(join(scratch, name)),
    );
    expect(spilled?.equals(original ?? Buffer.alloc(0))).toBe(true);
  });

  it('never cuts a character in two', async () => {
    const { stdout } = await run(shell("printf 'a'; for i in $(seq 3000); do printf '€'; done"), {
      limitBytes: 500,
    });
    expect(stdout.isTruncated).toBe(true);
    expect(stdout.text).not.toContain('\uFFFD');
    expect(stdout.text.replace(/\n\[.*\]\n/, '')).toMatch(/^a€+$/);
  });

  it('goes on when the spill cannot be written, and then names no file', async () => {
    const store = createMemoryStore('a test');
    const failing = { ...store, openAppend: async () => Promise.reject(new Error('full')) };
    const host = createProcesses({ clock: createClock(), store: failing });
    const permit = mintPermit(shell('seq 1 100000'));
    const result = await host.run(permit, { timeoutMs: 20_000, limitBytes: 1000, spill: 'spill/x' });
    expect(result).toMatchObject({
      exitCode: 0,
      whole: null,
      stdout: { isTruncated: true, totalBytes: 588895 },
    });
  });

  it('passes input on, and an end of input when there is none', async () => {
    expect((await run(shell('cat'), { stdin: 'to be read' })).stdout.text).toBe('to be read');
    expect(await run(shell('cat'))).toMatchObject({ exitCode: 0, stdout: { text: '' } });
    expect((await run(shell('exec true'), { stdin: 'x'.repeat(1_000_000) })).exitCode).toBe(0);
  });
});

describe('starting', () => {
  it('finds programs on the trusted path only', async () => {
    const folder = mkdtempSync(join(scratch, 'bin-'));
    const tool = join(folder, 'own-tool');
    writeFileSync(tool, '#!/bin/sh\necho own\n', { mode: 0o755 });
    const trusting = createProcesses({
      clock: createClock(),
      store: createMemoryStore('a test'),
      trustedPath: [folder],
    });
    expect([processes.find('own-tool'), trusting.find('own-tool')]).toEqual([undefined, tool]);
    expect([processes.find('./own-tool'), processes.find(''), processes.find(folder)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect((await run({ kind: 'process', argv: [tool], cwd: '/' })).stdout.text).toBe('own\n');
    chmodSync(tool, 0o644);
    expect((await run({ kind: 'process', argv: [tool], cwd: '/' })).startError).toBe('EACCES');
    expect(trusting.find('own-tool')).toBeUndefined();
  });

  it('says what kept a program from starting', async () => {
    const longWord = 'x'.repeat(3_000_000);
    expect((await run({ kind: 'process', argv: ['true', longWord], cwd: '/' })).startError).toBe('E2BIG');
    expect((await run({ kind: 'process', argv: ['true'], cwd: '/no/such' })).startError).toBe('ENOENT');
    expect((await run({ kind: 'process', argv: ['true', 'a\0b'], cwd: '/' })).startError).toBe(
      'ERR_INVALID_ARG_VALUE',
    );
  });

  it('gives words to a program as they are, without a shell', async () => {
    const words = ['$HOME', '`id`', '; touch sneaked', '*', "it's", ''];
    const result = await run({ kind: 'process', argv: ['printf', '[%s]', ...words], cwd: scratch });
    expect(result.stdout.text).toBe(words.map((word) => `[${word}]`).join(''));
    const merged = await run(
      { kind: 'process', argv: ['printf', '[%s]', ...words], cwd: scratch },
      { merge: true },
    );
    expect(merged.stdout.text).toBe(result.stdout.text);
    expect(existsSync(join(scratch, 'sneaked'))).toBe(false);
  });

  it('gives programs a fixed environment and nothing of its own', async () => {
    const names = ['ANTHROPIC_API_KEY', 'LD_PRELOAD', 'NODE_OPTIONS', 'BASH_ENV', 'GIT_DIR', 'NOMAD_TOKEN'];
    for (const name of names) process.env[name] = '';
    const host = createProcesses({
      clock: createClock(),
      store: createMemoryStore('a test'),
      extraEnv: { STEWARD_RUN: 'r1', NOMAD_ADDR: 'http://nomad.lan:4646' },
    });
    for (const name of names) delete process.env[name];
    const permit = mintPermit({ kind: 'process', argv: ['env', '-0'], cwd: '/' });
    const { stdout } = await host.run(permit, { timeoutMs: 20_000, limitBytes: 65_536 });
    const environment = Object.fromEntries(
      stdout.text
        .split('\0')
        .filter((line) => line !== '')
        .map((line) => {
          const at = line.indexOf('=');
          return [line.slice(0, at), line.slice(at + 1)];
        }),
    );
    for (const name of names) expect(environment).not.toHaveProperty(name);
    expect(environment).toMatchObject({
      LC_CTYPE: 'C.UTF-8',
      PAGER: 'cat',
      GIT_TERMINAL_PROMPT: '0',
      STEWARD_RUN: 'r1',
      NOMAD_ADDR: 'http://nomad.lan:4646',
    });
    expect(environment.PATH?.split(':')).toEqual(
      expect.arrayContaining(['/run/current-system/sw/bin', '/usr/bin']),
    );
    expect(Object.keys(environment).filter((name) => /^(LD_|BASH_|NODE_|SHELLOPTS)/.test(name))).toEqual([]);
  });

  it('has programs count letters, sort bytes and speak English', async () => {
    const line =
      "printf 'ä' | wc -m; printf '%s\\n' é B a | sort | tr '\\n' ' '; date -d @0 +%A; ls /none 2>&1 | tail -c 18";
    const { stdout } = await run(shell(line));
    expect(stdout.text).toBe('1\nB a é Thursday\nfile or directory\n');
  });

  it('runs no hook and no monitor that a repository brings along', async () => {
    const line = `git init -q repo && cd repo && git config core.fsmonitor "touch $PWD/sneaked-monitor" &&
      printf '#!/bin/sh\\ntouch ${scratch}/sneaked-hook\\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit &&
      git status --short && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x; ls -A`;
    const result = await run(shell(line), { merge: true });
    expect(result).toMatchObject({ exitCode: 0, stdout: { text: '.git\n' } });
    expect(existsSync(join(scratch, 'sneaked-hook'))).toBe(false);
  });

  it('has no terminal to ask on', async () => {
    const result = await run(shell('if (: < /dev/tty) 2>/dev/null; then echo asks; else echo cannot; fi'));
    expect(result.stdout.text).toBe('cannot\n');
  });

  it('runs many at once', async () => {
    const all = Array.from({ length: 12 }, (_, i) => run(shell(`sleep 0.1; echo ${i}`)));
    const texts = (await Promise.all(all)).map((result) => result.stdout.text);
    expect(texts).toEqual(texts.map((_, i) => `${i}\n`));
  });
});
