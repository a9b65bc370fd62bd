import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Box, createBox, createBoxWithModel, type Ended, PROGRAM, readResult } from './steward.ts';

/** Started by a shell that does something to the process first. */
function inShell(box: Box, line: string, env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn('/bin/sh', ['-c', line], {
    cwd: box.cwd,
    env: { ...box.env, ...env, STEWARD: PROGRAM },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    ended.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    ended.stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, ...ended }));
  });
}

const CHECK = '"$STEWARD" run health-check --model none --output-format json';

describe('steward', () => {
  it('says that the folder it was started in is gone', async () => {
    const box = createBox();
    mkdirSync(join(box.cwd, 'gone'));
    const ended = await inShell(box, `cd gone && rmdir ../gone && ${CHECK}`);
    expect([ended.code, readResult(ended).errors?.join()]).toEqual([42, expect.stringContaining('is gone')]);
  });

  it('looks without keeping anything where its state folder is a file', async () => {
    const box = createBox();
    box.write('.local/state/steward', 'a file');
    const ended = await inShell(box, CHECK);
    expect(readResult(ended).notices).toEqual([expect.stringContaining('not a folder is there')]);
    expect(ended.code).not.toBe(1);
  });

  it('answers under nohup, which gives it a stdin that cannot be read', async () => {
    const { box } = await createBoxWithModel([{ text: 'Hello.' }]);
    const ended = await inShell(box, '"$STEWARD" -p hi 0>/dev/null');
    expect(ended).toEqual({ code: 0, stdout: 'Hello.\n', stderr: '' });
  });

  it('says which probes could not be started where no more files can be opened', async () => {
    const results = await Promise.all(
      [32, 36, 40].map(async (files) => inShell(createBox(), `ulimit -n ${files}; ${CHECK}`)),
    );
    // How many it takes to get how far is Node's business; that it ends with a result is ours.
    for (const ended of results) expect(readResult(ended).exit_code).toBe(ended.code);
    expect(results.map(({ stdout }) => stdout).join()).toContain('could not be started: EMFILE');
  });

  it('gives a result object when it breaks where nobody waits, and shows no secret then', async () => {
    const { box } = await createBoxWithModel([{ fault: 'hang' }]);
    const broken = `const wait = setInterval(() => {
      if (process.listenerCount('uncaughtException') === 0) return;
      clearInterval(wait);
      throw new Error('broken for ' + process.env.ANTHROPIC_API_KEY);
    }, 50);`;
    const ended = await inShell(box, '"$STEWARD" -p hi --output-format json', {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(broken)}`,
    });
    expect(readResult(ended)).toMatchObject({ exit_code: 1, reason: 'bug' });
    expect(ended.stderr).toMatch(/^steward: a bug: Error: broken for \[masked:/);
    expect(ended.stdout).not.toContain('sk-ant-api03-system-test');
  });
});
