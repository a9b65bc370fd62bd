import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createClock, createMemoryStore, createProcesses } from '../../src/host/index.ts';
import type { ProcessOptions, ProcessResult } from '../../src/protocol/machine.ts';
import { mintPermit } from '../fakes/gate.ts';
import { isAlive } from '../is-alive.ts';

const scratch = mkdtempSync(join(tmpdir(), 'steward-together-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const processes = createProcesses({ clock: createClock(), store: createMemoryStore('a test') });

/** Shell lines, each as a program of its own, started with one another. */
function together(lines: readonly string[], options: Partial<ProcessOptions> = {}): Promise<ProcessResult[]> {
  const party = processes.together(lines.length);
  const start = (line: string) =>
    party.run(mintPermit({ kind: 'process', argv: ['/bin/sh', '-c', line], cwd: scratch }), {
      timeoutMs: 20_000,
      limitBytes: 8192,
      ...options,
    });
  return Promise.all(lines.map(start));
}

/** Until each has said its words by the time that is over; a busy machine may need longer to begin them. */
async function runOut(lines: readonly string[], words: readonly string[]): Promise<ProcessResult[]> {
  for (let timeoutMs = 300; ; timeoutMs *= 4) {
    const results = await together(lines, { timeoutMs });
    if (results.every(({ stdout }, index) => stdout.text === words[index])) return results;
  }
}

const linesOf = (result: ProcessResult | undefined) => result?.stdout.text.trimEnd().split('\n') ?? [];

const pidIn = (file: string) => Number(readFileSync(join(scratch, file), 'utf8'));

describe('programs that are started together', { timeout: 60_000 }, () => {
  it('have one parent shell but a process group, a mark and output of their own', async () => {
    const tell = 'cut -d" " -f5 /proc/$$/stat; echo "$STEWARD_CALL"; echo err >&2; exit 7';
    const results = await together([tell, tell, tell]);
    expect(results.map(({ exitCode, stderr }) => [exitCode, stderr.text])).toEqual(
      Array.from({ length: 3 }, () => [7, 'err\n']),
    );
    for (const field of [0, 1]) {
      const values = results.map((result) => linesOf(result)[field]);
      expect(new Set(values).size).toBe(3);
      expect(values.every((value) => value !== undefined && value !== '')).toBe(true);
    }
  });

  it('run at the same time', async () => {
    const meet = (me: string, other: string) => `touch ${me}; until [ -e ${other} ]; do sleep 0.01; done`;
    const results = await together([meet('a', 'b'), meet('b', 'a')]);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });

  it('hold no descriptor of another, and of files only their own two', async () => {
    const [first] = await together(['ls -l /proc/$$/fd', 'true', 'true', 'true', 'true', 'true', 'true']);
    const kept = linesOf(first).filter((line) => line.includes('/dev/shm/'));
    expect(kept.map((line) => line.replace(/^.* (\d+) -> .*$/, '$1'))).toEqual(['1', '2']);
    const pipes = linesOf(first).filter((line) => / [3-9] -> | 1\d -> /.test(line));
    expect(pipes).toEqual([]);
  });

  it('ignore no signal and have the environment of one that is started alone, but for what any shell sets', async () => {
    const tell = 'grep SigIgn /proc/self/status; env | sort';
    const [grouped] = await together([tell, 'true']);
    const action = { kind: 'process', argv: ['/bin/sh', '-c', tell], cwd: scratch } as const;
    const alone = await processes.run(mintPermit(action), { timeoutMs: 20_000, limitBytes: 8192 });
    const known = (result: ProcessResult | undefined) =>
      linesOf(result).filter((line) => !/^(STEWARD_CALL|PWD|_)=/.test(line));
    expect(known(grouped)).toEqual(known(alone));
    expect(known(grouped)[0]).toMatch(/SigIgn:\t0+$/);
  });

  it('end by themselves: a slow one keeps nobody waiting', async () => {
    const party = processes.together(2);
    const run = (line: string) =>
      party.run(mintPermit({ kind: 'process', argv: ['/bin/sh', '-c', line], cwd: scratch }), {
        timeoutMs: 20_000,
        limitBytes: 4096,
      });
    const [slow, fast] = [run('until [ -e go ]; do sleep 0.01; done; echo went'), run('echo hello')];
    expect(await fast).toMatchObject({ exitCode: 0, stdout: { text: 'hello\n' } });
    writeFileSync(join(scratch, 'go'), '');
    expect(await slow).toMatchObject({ exitCode: 0, stdout: { text: 'went\n' } });
  });

  it('are killed 5 s after TERM, with everything in their group', async () => {
    const deaf =
      'trap "" TERM; (trap "" TERM; exec sleep 100) & echo $! > deaf; echo stands; sleep 100; sleep 100';
    const [result, other] = await runOut([deaf, 'echo fine'], ['stands\n', 'fine\n']);
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true });
    expect(result?.durationMs).toBeGreaterThan(5_300);
    expect(other).toMatchObject({ exitCode: 0, stdout: { text: 'fine\n' } });
    expect(isAlive(pidIn('deaf'))).toBe(false);
  });

  it('leave nothing in the background, and nothing that left the group when they ran out of time', async () => {
    const [ended, late] = await runOut(
      [
        'sleep 100 & echo $! > child; echo started',
        `setsid sh -c 'echo $$ > hidden; exec sleep 100' & until [ -s hidden ]; do sleep 0.01; done; echo stands; sleep 100`,
      ],
      ['started\n', 'stands\n'],
    );
    expect(ended).toMatchObject({ exitCode: 0, stdout: { text: 'started\n' } });
    expect(late).toMatchObject({ timedOut: true });
    expect([isAlive(pidIn('child')), isAlive(pidIn('hidden'))]).toEqual([false, false]);
  });

  it('say by which signal they ended', async () => {
    const results = await together(['kill -SEGV $$', 'kill -KILL $$', 'exit 0']);
    expect(results.map(({ signal, exitCode }) => signal ?? exitCode)).toEqual(['SIGSEGV', 'SIGKILL', 0]);
  });

  it('say a status above 128 that stands for no signal that ends programs', async () => {
    const results = await together(['exit 129', 'exit 255']);
    expect(results.map(({ exitCode, signal }) => exitCode ?? signal)).toEqual([129, 255]);
  });

  it('are ended when they print without end, with head and tail kept', async () => {
    const [endless, other] = await together(['yes', 'echo fine']);
    expect(endless).toMatchObject({
      exitCode: null,
      signal: 'SIGXFSZ',
      stdout: { totalBytes: 1024 * 1024, isTruncated: true },
    });
    expect(other).toMatchObject({ exitCode: 0, stdout: { text: 'fine\n' } });
  });

  it('are told apart when their shell is killed under them', async () => {
    const [orphan] = await together(['kill -KILL $(ps -o ppid= -p $$); sleep 1', 'sleep 0.2']);
    expect(orphan).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });

  it('are each started by themselves where one goes elsewhere or is to be kept whole', async () => {
    const party = processes.together(2);
    const run = (cwd: string, options: Partial<ProcessOptions> = {}) =>
      party.run(mintPermit({ kind: 'process', argv: ['pwd'], cwd }), {
        timeoutMs: 20_000,
        limitBytes: 4096,
        ...options,
      });
    const results = await Promise.all([run('/'), run(scratch), run('/', { merge: true })]);
    expect(results.map(({ stdout }) => stdout.text.trim())).toEqual(['/', scratch, '/']);
  });
});
