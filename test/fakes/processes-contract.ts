import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/host/index.ts';
import type { Action } from '../../src/protocol/action.ts';
import type { Processes, ProcessOptions, ProcessResult } from '../../src/protocol/machine.ts';
import type { StateStore } from '../../src/protocol/store.ts';
import { mintPermit } from './gate.ts';
import type { FakeOutput } from './processes.ts';

/** What a fake has to say to the command lines of the contract. */
export const CONTRACT_SCRIPT: Record<string, FakeOutput> = {
  'printf %s hello': { stdout: 'hello' },
  'echo out; echo err >&2; exit 3': { stdout: 'out\n', stderr: 'err\n', exitCode: 3 },
  'sleep 30': { hangs: true },
  'sleep 300': { hangs: true },
  'seq 1 2000': { stdout: `${Array.from({ length: 2000 }, (_, i) => i + 1).join('\n')}\n` },
};

/** Until it had begun: what is ended before, on a busy machine, is at most how its sandbox is built. */
async function onceBegun<T extends ProcessResult | ProcessResult[]>(
  end: (ms: number) => Promise<T>,
): Promise<T> {
  for (let ms = 100; ; ms *= 4) {
    const result = await end(ms);
    if (ms > 10_000 || [result].flat().every(({ signal }) => signal === 'SIGTERM')) return result;
  }
}

const shell = (line: string): Action => ({ kind: 'shell', line, cwd: '/' });
const program = (...argv: string[]): Action => ({ kind: 'process', argv, cwd: '/' });

export function describeProcesses(name: string, make: (store: StateStore) => Processes): void {
  describe(`${name} as processes`, { timeout: 60_000 }, () => {
    let store: StateStore;
    let processes: Processes;
    beforeEach(() => {
      store = createMemoryStore('a test');
      processes = make(store);
    });
    const run = (action: Action, options: Partial<ProcessOptions> = {}) =>
      processes.run(mintPermit(action), { timeoutMs: 10_000, limitBytes: 4096, ...options });

    it('gives back what a program printed', async () => {
      expect(await run(program('printf', '%s', 'hello'))).toEqual({
        exitCode: 0,
        signal: null,
        timedOut: false,
        aborted: false,
        startError: null,
        durationMs: expect.any(Number),
        stdout: { text: 'hello', totalBytes: 5, isTruncated: false },
        stderr: { text: '', totalBytes: 0, isTruncated: false },
        whole: null,
      });
    });

    it('keeps the two streams and the exit status of a shell line apart', async () => {
      const result = await run(shell('echo out; echo err >&2; exit 3'));
      expect([result.exitCode, result.stdout.text, result.stderr.text]).toEqual([3, 'out\n', 'err\n']);
    });

    it('merges them when told to', async () => {
      const result = await run(shell('echo out; echo err >&2; exit 3'), { merge: true });
      expect([result.exitCode, result.stdout.text, result.stderr.text]).toEqual([3, 'out\nerr\n', '']);
    });

    it('says that a program is not there, and does not throw', async () => {
      expect(await run(program('no-such-program-here'))).toMatchObject({
        exitCode: null,
        startError: 'ENOENT',
      });
      expect(processes.find('no-such-program-here')).toBeUndefined();
      expect(processes.find('printf')).toMatch(/^\/.*\/printf$/);
    });

    it('ends a program at its timeout', async () => {
      const result = await onceBegun((timeoutMs) => run(program('sleep', '300'), { timeoutMs }));
      expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: true, aborted: false });
    });

    it('ends a program when aborted', async () => {
      const result = await onceBegun((ms) => {
        const control = new AbortController();
        setTimeout(() => control.abort(), ms);
        return run(program('sleep', '300'), { timeoutMs: 60_000, signal: control.signal });
      });
      expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: false, aborted: true });
    });

    it('starts nothing when it was aborted before', async () => {
      const result = await run(program('sleep', '30'), { signal: AbortSignal.abort() });
      expect(result).toMatchObject({ exitCode: null, aborted: true, startError: null });
    });

    it('keeps head and tail of long output, and the whole in the store', async () => {
      const whole = CONTRACT_SCRIPT['seq 1 2000']?.stdout ?? '';
      const result = await run(program('seq', '1', '2000'), { limitBytes: 1000, spill: 'spill/C1' });
      expect(result.stdout).toMatchObject({ totalBytes: whole.length, isTruncated: true });
      expect(result.stdout.text).toMatch(/^1\n2\n.*bytes cut here.*\n1999\n2000\n$/s);
      expect(result.whole).toBe('spill/C1');
      expect(await store.readText('spill/C1')).toBe(whole);
    });

    it('leaves no spill file when the output fits', async () => {
      const result = await run(program('seq', '1', '2000'), { limitBytes: 100_000, spill: 'spill/C1' });
      expect([result.whole, await store.readText('spill/C1')]).toEqual([null, undefined]);
    });

    it('runs those that belong together as if each were by itself', async () => {
      let others: ProcessResult[] = [];
      const [late, aborted] = await onceBegun(async (ms) => {
        const party = processes.together(6);
        const control = new AbortController();
        const together = (action: Action, options: Partial<ProcessOptions> = {}) =>
          party.run(mintPermit(action), { timeoutMs: 60_000, limitBytes: 1000, ...options });
        party.excuse();
        setTimeout(() => control.abort(), ms + 100);
        const [first, second, ...more] = await Promise.all([
          together(program('sleep', '300'), { timeoutMs: ms }),
          together(program('sleep', '300'), { signal: control.signal }),
          together(program('printf', '%s', 'hello')),
          together(program('seq', '1', '2000')),
          together(program('no-such-program-here')),
        ]);
        others = more;
        return [first, second];
      });
      const [hello, counted, missing] = others;
      expect(hello).toEqual({
        exitCode: 0,
        signal: null,
        timedOut: false,
        aborted: false,
        startError: null,
        durationMs: expect.any(Number),
        stdout: { text: 'hello', totalBytes: 5, isTruncated: false },
        stderr: { text: '', totalBytes: 0, isTruncated: false },
        whole: null,
      });
      expect(counted).toMatchObject({ exitCode: 0, stdout: { totalBytes: 8893, isTruncated: true } });
      expect(late).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: true, aborted: false });
      expect(aborted).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: false, aborted: true });
      expect(missing).toMatchObject({ exitCode: null, startError: 'ENOENT' });
    });

    it('refuses a permit that was used or is for something else', async () => {
      const permit = mintPermit(program('printf', '%s', 'hello'));
      await processes.run(permit, { timeoutMs: 1000, limitBytes: 100 });
      const again = async () => processes.run(permit, { timeoutMs: 1000, limitBytes: 100 });
      await expect(again()).rejects.toThrow('used twice');
      await expect(run({ kind: 'read', path: '/etc/hosts' })).rejects.toThrow('is for read, not for process');
    });
  });
}
