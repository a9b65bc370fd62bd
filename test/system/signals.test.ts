import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Step } from '../wire/index.ts';
import { type Box, createBox, createBoxWithModel, readLines, readResult } from './steward.ts';

const SIGNALS = [
  ['SIGTERM', 143, 'terminated'],
  ['SIGINT', 130, 'interrupted'],
] as const;

const WAIT = { timeout: 30_000, interval: 20 };

/** Whether a process with this word among its arguments is there. */
function isRunning(word: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word);
      } catch {
        // It ended while we looked.
        return false;
      }
    });
}

async function expectClosedLog(box: Box, run: string, reason: string): Promise<void> {
  const { code, stdout } = await box.run(['runs', 'verify', run, '--json']);
  expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ ok: true })]);
  const shown = readLines((await box.run(['runs', 'show', run, '--json'])).stdout);
  expect(shown.at(-1)).toMatchObject({ event: { type: 'run.closed', reason } });
}

describe.each(SIGNALS)('%s', (signal, code, reason) => {
  it('in the middle of a model request ends it, closes the log and gives the result', async () => {
    const { box, server } = await createBoxWithModel([{ fault: 'hang' }]);
    const { child, ended } = box.start(['-p', 'x', '--output-format', 'json']);
    await vi.waitFor(() => expect(server.requests).toHaveLength(1), WAIT);
    child.kill(signal);
    const end = await ended;
    const result = readResult(end);
    expect(end.code).toBe(code);
    expect(result).toMatchObject({
      exit_code: code,
      reason,
      outcome: 'stopped',
      is_error: true,
      num_turns: 1,
    });
    expect(server.endings).toEqual(['closed-by-client']);
    await expectClosedLog(box, result.session_id, reason);
  });

  it('in the middle of a command ends it too, and says so in the stream', async () => {
    const seconds = `${3_000 + code}.${process.pid}`;
    const script: Step[] = [{ toolCalls: [{ name: 'Bash', input: { command: `sleep ${seconds}` } }] }];
    const { box, server } = await createBoxWithModel(script);
    const { child, ended } = box.start(['-p', 'x', '--output-format', 'stream-json']);
    await vi.waitFor(() => expect(isRunning(seconds)).toBe(true), WAIT);
    child.kill(signal);
    const end = await ended;
    expect(isRunning(seconds)).toBe(false);
    expect(end.code).toBe(code);
    expect(readResult(end)).toMatchObject({ exit_code: code, reason, subtype: 'error_during_execution' });
    expect(readLines(end.stdout).map(({ type }) => type)).toEqual(['system', 'assistant', 'user', 'result']);
    expect(server.requests).toHaveLength(1);
    await expectClosedLog(box, readResult(end).session_id, reason);
  });

  it('while a prompt is awaited through stdin gives a result too', async () => {
    const box = createBox();
    const { child, ended } = box.start(['-p', '--output-format', 'json'], {
      input: { pipe: '', isOpen: true },
    });
    await vi.waitFor(() => expect(hasHandlers(child.pid ?? 0)).toBe(true), WAIT);
    child.kill(signal);
    const end = await ended;
    expect([end.code, readResult(end).exit_code, readResult(end).reason]).toEqual([code, code, reason]);
  });

  it('in the middle of a probe ends the check', async () => {
    const seconds = `${4_000 + code}.${process.pid}`;
    const box = createBox();
    const probe = `describe: d\nrun: [sleep, '${seconds}']\nparse: none\ntimeout: 9m\n`;
    box.write('.config/steward/context/slow.yaml', probe);
    box.write('.config/steward/goals/slow.md', '---\ndescription: d\nprobes: [slow]\n---\nLook.\n');
    const { child, ended } = box.start(['run', 'slow', '--output-format', 'json']);
    await vi.waitFor(() => expect(isRunning(seconds)).toBe(true), WAIT);
    child.kill(signal);
    const end = await ended;
    expect(isRunning(seconds)).toBe(false);
    expect([end.code, readResult(end).reason]).toEqual([code, reason]);
  });

  it.each(['context', 'doctor'])('in the middle of steward %s ends it and its probes', async (command) => {
    const seconds = `${5_000 + code}.${process.pid}${command.length}`;
    const box = createBox();
    const probe = `describe: d\nrun: [sleep, '${seconds}']\nparse: none\ntimeout: 9m\n`;
    box.write('.config/steward/context/slow.yaml', probe);
    const { child, ended } = box.start([command, '--json']);
    await vi.waitFor(() => expect(isRunning(seconds)).toBe(true), WAIT);
    child.kill(signal);
    const end = await ended;
    expect(isRunning(seconds)).toBe(false);
    expect([end.code, end.stdout, end.stderr]).toEqual([code, '', expect.stringContaining('steward: ')]);
  });
});

describe('a second signal', () => {
  it('does what it does to any program', async () => {
    const { box, server } = await createBoxWithModel([{ fault: 'hang' }]);
    const { child, ended } = box.start(['-p', 'x']);
    await vi.waitFor(() => expect(server.requests).toHaveLength(1), WAIT);
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
  });
});

/** Our handlers are there: of the signals that they take, Node itself leaves SIGHUP, the first bit of SigCgt, alone. */
function hasHandlers(pid: number): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (BigInt(`0x${/^SigCgt:\s*(\S+)$/m.exec(status)?.[1]}`) & 1n) !== 0n;
}
