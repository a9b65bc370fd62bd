import { describe, expect, test } from 'vitest';
import { createOpenGate } from '../fakes/gate.ts';
import { createFakeProcesses, type FakeScript } from '../fakes/processes.ts';
import { insideFence, makeBench } from './make-registry.ts';

async function run(script: FakeScript, input: Record<string, unknown>, outputBytes = 10_000) {
  const processes = createFakeProcesses(script);
  const bench = await makeBench({ processes, outputBytes });
  return bench.call('Bash', input);
}

describe('Bash', () => {
  test('gives what was printed, and nothing else, when the command succeeds', async () => {
    const result = await run({ 'df -P': { stdout: 'a 1\n' } }, { command: 'df -P' });
    expect(result).toMatchObject({ ok: true, isRefused: false });
    expect(result.text.endsWith('</data-0123456789abcdef>')).toBe(true);
    expect(insideFence(result.text)).toBe('a 1');
  });

  test('says so when nothing was printed', async () => {
    expect((await run({ true: {} }, { command: 'true' })).text).toBe('(no output)');
  });

  test('puts the exit status after the output, in its own words', async () => {
    const result = await run({ x: { stdout: 'boom\n', exitCode: 3, takesMs: 1200 } }, { command: 'x' });
    expect(result.ok).toBe(false);
    expect(result.text).toMatch(/boom\n<\/data-\w+>\nexit 3 after 1\.2 s$/);
    const silent = await run({ x: { exitCode: 1 } }, { command: 'x' });
    expect(silent.text).toBe('(no output)\nexit 1 after 0 s');
  });

  test('says when the command was ended by its deadline', async () => {
    const result = await run({ x: { stdout: 'half', takesMs: 9000 } }, { command: 'x', timeout: 3000 });
    expect(result.ok).toBe(false);
    expect(result.text).toMatch(/timed out after 3 s; the command and what it started were ended$/);
  });

  test('waits 2 minutes unless told otherwise, and never more than 10', async () => {
    const timeouts: number[] = [];
    const script: FakeScript = (_, options) => {
      timeouts.push(options.timeoutMs);
      return {};
    };
    await run(script, { command: 'x' });
    await run(script, { command: 'x', timeout: 9_000_000 });
    expect(timeouts).toEqual([120_000, 600_000]);
  });

  test('says when it could not be started', async () => {
    const result = await run({}, { command: 'nomad' });
    expect(result.text).toBe('(no output)\ncould not be started (ENOENT) after 0 s');
  });

  test('has both streams in one, and no terminal codes', async () => {
    const result = await run(
      { x: { stdout: '\u001b[31mred\u001b[0m\r\n', stderr: '\u001b]0;title\u0007warn\n' } },
      { command: 'x' },
    );
    expect(insideFence(result.text)).toBe('red\nwarn');
  });

  test('leaves long output in a file and says where', async () => {
    const result = await run({ x: { stdout: 'line\n'.repeat(2000) } }, { command: 'x' }, 2000);
    expect(insideFence(result.text)).toMatch(/\[… \d+ bytes cut here …\]/);
    expect(result.text.match(/bytes cut here/g)).toHaveLength(1);
    expect(result.text).toContain('The whole is in /state/outputs/r1/C1.txt');
  });

  test('says that what was cut is gone when nothing can be kept', async () => {
    const processes = createFakeProcesses({ x: { stdout: 'line\n'.repeat(2000) } });
    const bench = await makeBench({ processes, outputBytes: 2000, stateFolder: null });
    const { text } = await bench.call('Bash', { command: 'x' });
    expect(text).toMatch(/10000 bytes in all; what was cut is not kept: run it again with a filter$/);
  });

  test('asks the gate for the action that policy made of the line', async () => {
    const gate = createOpenGate();
    const bench = await makeBench({ gate, processes: createFakeProcesses({ ls: {} }), cwd: '/srv' });
    await bench.call('Bash', { command: ' ls ' });
    expect(gate.requests).toEqual([
      { id: 'C1', origin: 'tool', action: { kind: 'shell', line: 'ls', cwd: '/srv' } },
    ]);
  });

  test('tells the model why it was refused and what is left to do', async () => {
    const gate = createOpenGate(() => ({
      rule: 'unknown-program',
      refuse: 'reboot is not known to observe',
    }));
    const processes = createFakeProcesses({ reboot: {} });
    const bench = await makeBench({ gate, processes });
    const result = await bench.call('Bash', { command: 'reboot' });
    expect(result).toMatchObject({ ok: false, isRefused: true });
    expect(result.text).toMatch(
      /^Not run, rule unknown-program: reboot is not known to observe\. The same thing in other words/,
    );
    expect(processes.ran).toEqual([]);
  });

  test('ends with an interrupted command as a result', async () => {
    const abort = new AbortController();
    const processes = createFakeProcesses({ x: { hangs: true } });
    const bench = await makeBench({ processes });
    setTimeout(() => abort.abort(), 20);
    const result = await bench.call('Bash', { command: 'x' }, abort.signal);
    expect(result.ok).toBe(false);
    expect(result.text).toMatch(/^\(no output\)\ninterrupted after/);
  });
});
