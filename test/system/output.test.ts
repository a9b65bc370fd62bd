import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createBoxWithModel, PROGRAM, readLines, readResult } from './steward.ts';

const BIG = `${'0123456789abcdef'.repeat(327_680)}END`;
/** One piece of 64 KiB at a time: the stream of a fast server. */
const BIG_ANSWER = [{ text: BIG, chunkChars: 65_536 }];

/** Ten seconds of work for an idle machine. */
const LARGE = { timeout: 240_000 };

describe('a large answer', LARGE, () => {
  it.each(['text', 'json', 'stream-json'])('arrives whole at a slow reader: %s', async (format) => {
    const { box } = await createBoxWithModel(BIG_ANSWER);
    const pieces: Buffer[] = [];
    const { ended } = box.start(['-p', 'x', '--output-format', format], {
      onStdout({ stdout }) {
        // Reads a piece, lets the pipe fill up, reads the next.
        stdout?.on('readable', () => {
          setTimeout(() => {
            for (let piece = stdout.read(); piece !== null; piece = stdout.read()) pieces.push(piece);
          }, 5);
        });
      },
    });
    const { code } = await ended;
    const stdout = Buffer.concat(pieces).toString('utf8');
    expect(code).toBe(0);
    if (format === 'text') expect(stdout === `${BIG}\n`).toBe(true);
    else expect(readResult({ code, stdout, stderr: '' }).result === BIG).toBe(true);
  });

  it('does not keep the run from ending when its reader leaves early', async () => {
    const { box } = await createBoxWithModel(BIG_ANSWER);
    const { ended } = box.start(['-p', 'x', '--output-format', 'stream-json'], {
      onStdout({ stdout }) {
        stdout?.once('data', () => stdout.destroy());
      },
    });
    const { code } = await ended;
    expect(code).toBe(0);
    const [run] = JSON.parse((await box.run(['runs', 'list', '--json'])).stdout) as {
      run: string;
      outcome: string;
    }[];
    expect(run?.outcome).toBe('reported');
    expect((await box.run(['runs', 'verify', run?.run ?? ''])).code).toBe(0);
  });
});

describe('stdout', () => {
  it('that takes nothing more, as on a full disk, is no success', async () => {
    const { box } = await createBoxWithModel([{ text: 'an answer' }]);
    const full = openSync('/dev/full', 'w');
    const child = spawn(PROGRAM, ['-p', 'x'], {
      cwd: box.cwd,
      env: box.env,
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    const [said, [code]] = await Promise.all([text(child.stderr as Readable), once(child, 'close')]);
    expect([code, said]).toEqual([1, expect.stringContaining('written to stdout: ENOSPC')]);
  });

  it('has nothing but JSON in json modes, with progress and warnings on stderr', async () => {
    const { box } = await createBoxWithModel([
      { toolCalls: [{ name: 'Bash', input: { command: 'uname -s' } }] },
      { text: 'done' },
    ]);
    const args = ['-p', 'x', '--verbose', '--debug', '--probes', 'disk,memory'];
    for (const format of ['json', 'stream-json']) {
      const ended = await box.run([...args, '--output-format', format]);
      expect(ended.code).toBe(0);
      expect(readResult(ended).result).toBe('done');
      expect(readLines(ended.stdout).length).toBeGreaterThan(0);
    }
    const text = await box.run(args);
    expect(text.stdout).toBe('done\n');
    expect(text.stderr).toContain('uname -s');
  });

  it('has the report of a goal, and stderr the verdict that is no success', async () => {
    const { box } = await createBoxWithModel([]);
    box.write('.config/steward/context/bad.yaml', FAULT);
    box.write(
      '.config/steward/goals/bad.md',
      '---\ndescription: d\nprobes: [bad]\ngate: never\n---\nLook.\n',
    );
    const ended = await box.run(['run', 'bad']);
    expect(ended.code).toBe(60);
    expect(ended.stdout).toContain('bad on ');
    expect(ended.stdout).toContain('ESCALATED (exit 60)');
    expect(ended.stdout).toContain('the sky is falling');
    expect(ended.stderr).toContain('escalated (exit 60)');
  });

  it('that nobody reads is no reason to fail', async () => {
    const { box } = await createBoxWithModel([{ text: 'done' }]);
    const { child, ended } = box.start(['-p', 'x', '--output-format', 'json'], {
      onStdout: ({ stdout }) => void stdout?.destroy(),
    });
    child.stderr?.destroy();
    await once(child, 'exit');
    expect((await ended).code).toBe(0);
  });
});

const FAULT = `describe: d
run: [echo, falling]
parse: lines
facts: { rows: output }
rules:
  - id: sky
    when: "'falling' in rows"
    severity: critical
    class: advisory
    say: the sky is falling
    examples: [{ facts: {rows: [falling]}, finds: [host] }, { facts: {rows: []}, finds: [] }]
`;
