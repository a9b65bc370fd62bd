import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClock, createFiles, createProcesses, openDiskStore } from '../../src/host/index.ts';
import type { StateStore } from '../../src/protocol/store.ts';
import { type Bench, insideFence, makeBench } from './make-registry.ts';

let folder: string;
let state: StateStore;
let bench: Bench;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steward-tools-'));
  state = openDiskStore(join(folder, 'state'));
  const clock = createClock();
  bench = await makeBench({
    processes: createProcesses({ clock, store: state }),
    files: createFiles(),
    clock,
    state,
    cwd: folder,
    outputBytes: 4000,
  });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('Bash with real processes', () => {
  test('runs the line in the working directory, both streams in order', async () => {
    const result = await bench.call('Bash', { command: 'pwd; echo err >&2; echo "a  b" | tr a z' });
    expect(result.ok).toBe(true);
    expect(insideFence(result.text)).toBe(`${folder}\nerr\nz  b`);
  });

  test('reports exit status, signal and deadline', { timeout: 60_000 }, async () => {
    const exit = await bench.call('Bash', { command: 'exit 7' });
    expect(exit.text).toMatch(/^\(no output\)\nexit 7 after \d/);
    const killed = await bench.call('Bash', { command: 'kill -KILL $$' });
    expect(killed.text).toMatch(/killed by SIGKILL after/);
    // A busy machine may need longer to begin it.
    const times: [ms: number, words: string][] = [
      [300, '0.3 s'],
      [3_000, '3 s'],
      [30_000, '30 s'],
    ];
    for (const [timeout, words] of times) {
      const late = await bench.call('Bash', { command: 'echo begun; sleep 300', timeout });
      expect(late.text).toContain(`timed out after ${words};`);
      if (late.text.startsWith('(no output)')) continue;
      expect(insideFence(late.text)).toBe('begun');
      return;
    }
    expect.unreachable('it was never begun');
  });

  test('leaves the whole of a long output in the state folder, byte for byte', async () => {
    const result = await bench.call('Bash', { command: 'seq 1 20000' });
    expect(Buffer.byteLength(insideFence(result.text))).toBeLessThanOrEqual(4000);
    expect(insideFence(result.text)).toMatch(/^1\n2\n[\s\S]*19999\n20000$/);
    const path = /The whole is in (\S+):/.exec(result.text)?.[1] ?? '';
    expect(path).toBe(join(folder, 'state/outputs/r1/C1.txt'));
    expect(readFileSync(path, 'utf8')).toBe(Array.from({ length: 20_000 }, (_, i) => `${i + 1}\n`).join(''));
  });

  test('stands output that is not text', async () => {
    const result = await bench.call('Bash', { command: 'head -c 100000 /dev/urandom' });
    expect(result.ok).toBe(true);
    expect(result.text.isWellFormed()).toBe(true);
    expect(Buffer.byteLength(insideFence(result.text))).toBeLessThanOrEqual(4000);
  });

  test('ends an interrupted command and what it started', async () => {
    const abort = new AbortController();
    const name = `steward-test-${randomBytes(6).toString('hex')}`;
    setTimeout(() => abort.abort(), 200);
    const command = `bash -c 'sleep 60; : ${name}' & wait`;
    const result = await bench.call('Bash', { command }, abort.signal);
    expect(result.text).toMatch(/interrupted after/);
    const left = await bench.call('Bash', { command: `pgrep -f ${name.slice(0, -1)}[${name.slice(-1)}]` });
    expect(left.text).toMatch(/^\(no output\)\nexit 1/);
  });
});

describe('the file tools on real files', () => {
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');

  test('page through the whole of a long output, and find a line in it', async () => {
    const { text: shown } = await bench.call('Bash', { command: 'seq 1 700000' });
    const path = /The whole is in (\S+):/.exec(shown)?.[1] ?? '';
    const page = await bench.call('Read', { file_path: path, offset: 350_000, limit: 2 });
    expect(insideFence(page.text)).toBe('350000\t350000\n350001\t350001');
    expect(page.text).toMatch(/Go on with offset 350002\.$/);
    const found = await bench.call('Search', { pattern: '^699999$', path });
    expect(insideFence(found.text)).toBe('state/outputs/r1/C1.txt:699999:699999');
  });

  test('edit a file behind a link, keeping its mode and the link', async () => {
    write('real.conf', 'a = 1\nb = 2\n');
    chmodSync(join(folder, 'real.conf'), 0o640);
    symlinkSync('real.conf', join(folder, 'link.conf'));
    await bench.call('Read', { file_path: 'link.conf' });
    const result = await bench.call('Edit', {
      file_path: 'link.conf',
      old_string: 'b = 2',
      new_string: 'b = 3',
    });
    expect(result.ok).toBe(true);
    expect(text('link.conf')).toBe('a = 1\nb = 3\n');
    expect(statSync(join(folder, 'real.conf')).mode & 0o777).toBe(0o640);
    expect(bench.checkpoints.map(({ path }) => path)).toEqual([join(folder, 'real.conf')]);
  });

  test('write a new file, and not over one that appeared meanwhile', async () => {
    expect((await bench.call('Write', { file_path: 'new.txt', content: 'grün\n' })).ok).toBe(true);
    expect(text('new.txt')).toBe('grün\n');
    write('there.txt', 'mine\n');
    const result = await bench.call('Write', { file_path: 'there.txt', content: 'x' });
    expect(result.text).toMatch(/has not been read in this run/);
    expect(text('there.txt')).toBe('mine\n');
  });

  test('search a tree by the rules of its .gitignore', async () => {
    mkdirSync(join(folder, 'repo/.git'), { recursive: true });
    mkdirSync(join(folder, 'repo/out'));
    write('repo/.gitignore', 'out/\n');
    write('repo/a.nix', 'enable = true;\n');
    write('repo/out/b.nix', 'enable = true;\n');
    write('repo/.git/config', 'enable\n');
    const result = await bench.call('Search', { pattern: 'enable', path: 'repo' });
    expect(insideFence(result.text)).toBe('repo/a.nix:1:enable = true;');
  });

  test('say what the system says about files that cannot be had', async () => {
    mkdirSync(join(folder, 'd'));
    const read = async (file_path: string) => (await bench.call('Read', { file_path })).text;
    expect(await read('none')).toContain('does not exist, or is hidden from this user');
    expect(await read('d')).toContain('is a folder');
    expect(await read('/dev/zero')).toContain('is not a regular file');
    expect(insideFence(await read('/proc/self/comm'))).toMatch(/^1\t\S/);
    expect(await read('/proc/self/mem')).toContain('/mem cannot be accessed: the system says EIO');
    const searched = await bench.call('Search', { pattern: 'x', path: '/proc/self/mem' });
    expect(searched.text).toContain('/mem cannot be accessed: the system says EIO');
  });
});
