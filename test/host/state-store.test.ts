import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createMemoryStore, openDiskStore } from '../../src/host/index.ts';
import { describeStateStore } from '../fakes/store-contract.ts';

const scratch = mkdtempSync(join(tmpdir(), 'steward-store-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let count = 0;
const newFolder = () => join(scratch, `state-${count++}`);

describeStateStore('memory', () => createMemoryStore('a test'));
describeStateStore('disk', () => openDiskStore(newFolder()));

describe('the disk store', () => {
  it('makes its folder private, also one that was open', () => {
    const folder = newFolder();
    openDiskStore(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const open = newFolder();
    mkdirSync(open, { mode: 0o755 });
    openDiskStore(open);
    expect(statSync(open).mode & 0o777).toBe(0o700);
  });

  it('makes files that only their owner can read', async () => {
    const folder = newFolder();
    const store = openDiskStore(folder);
    await store.write('a/b', 'x');
    (await store.openAppend('a/c')).close();
    const modes = ['a', 'a/b', 'a/c'].map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600]);
    expect(store.pathOf('a/b')).toBe(join(folder, 'a/b'));
  });

  it('says that a file in the way makes the state unwritable', () => {
    const file = newFolder();
    writeFileSync(file, '');
    expect(() => openDiskStore(join(file, 'below'))).toThrow(
      expect.objectContaining({ code: 'state-unwritable', reason: 'state-full' }),
    );
  });

  it('clears temporary files of dead processes and old ones when opened, not those of a living one', async () => {
    const folder = newFolder();
    openDiskStore(folder);
    const temp = join(folder, '.tmp');
    const child = spawn('/bin/true');
    await once(child, 'exit');
    writeFileSync(join(temp, `${child.pid}-dead`), '');
    writeFileSync(join(temp, `${process.pid}-living`), '');
    writeFileSync(join(temp, `${process.pid}-old`), '');
    utimesSync(join(temp, `${process.pid}-old`), 0, 0);
    openDiskStore(folder);
    expect(readdirSync(temp)).toEqual([`${process.pid}-living`]);
  });

  it('leaves no temporary file when a write fails', async () => {
    const folder = newFolder();
    const store = openDiskStore(folder);
    mkdirSync(join(folder, 'taken/by-a-folder'), { recursive: true });
    await expect(store.write('taken', 'x')).rejects.toThrow();
    expect(readdirSync(join(folder, '.tmp'))).toEqual([]);
  });

  it('sees a lock that another process holds, and gets it when that one is killed', async () => {
    const folder = newFolder();
    const store = openDiskStore(folder);
    const code = `
      import { openDiskStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/host/index.ts'))};
      const lock = await openDiskStore(${JSON.stringify(folder)}).lock('runs/r1');
      console.log(lock === undefined ? 'busy' : 'held');
      setInterval(() => lock, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(child.stdout, 'data');
    expect(String(said)).toBe('held\n');
    expect(await store.lock('runs/r1')).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readdirSync(join(folder, 'runs'))).toEqual(['r1.lock']);
    const lock = await store.lock('runs/r1');
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('keeps its own lock while it fails to get it a second time', async () => {
    const folder = newFolder();
    const store = openDiskStore(folder);
    const lock = await store.lock('l');
    expect(await store.lock('l')).toBeUndefined();
    const code = `
      import { openDiskStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/host/index.ts'))};
      console.log((await openDiskStore(${JSON.stringify(folder)}).lock('l')) === undefined ? 'busy' : 'held');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(child.stdout, 'data');
    expect(String(said)).toBe('busy\n');
    lock?.release();
    expect(existsSync(join(folder, 'l.lock-journal'))).toBe(false);
  });

  it('never shows half of a text to a reader', async () => {
    const store = openDiskStore(newFolder());
    const texts = ['a'.repeat(200_000), 'b'.repeat(200_000)];
    await store.write('t', texts[0] ?? '');
    let isDone = false;
    const writing = (async () => {
      for (let i = 0; i < 20; i++) await store.write('t', texts[i % 2] ?? '');
      isDone = true;
    })();
    let reads = 0;
    while (!isDone) {
      expect(texts).toContain(await store.readText('t'));
      reads++;
      // A read does not wait, and would leave the writer no turn.
      await nextTurn();
    }
    await writing;
    expect(reads).toBeGreaterThan(0);
  });
});
