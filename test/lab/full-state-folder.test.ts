import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock, createFiles, createProcesses, openDiskStore } from '../../src/host/index.ts';
import { mintPermit } from '../fakes/gate.ts';

/** Real small and read-only file systems. Needs root and leave to mount: without them these tests fail. */

let place = '';

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'steward-mount-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'steward-test', place]);
});

afterEach(() => {
  // Lazily: a test that failed may have left a file open.
  execFileSync('umount', ['-l', place]);
  rmSync(place, { recursive: true });
});

function fill(): void {
  try {
    for (let i = 0; ; i++) writeFileSync(join(place, `filler-${i}`), Buffer.alloc(4096));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
}

const full = { code: 'state-full', reason: 'state-full', hint: expect.any(String) };
const unwritable = { code: 'state-unwritable', reason: 'state-full', hint: expect.any(String) };

describe('a full state folder', () => {
  it('is an error with a name, and leaves the old text and no temporary file', async () => {
    const store = openDiskStore(join(place, 'state'));
    await store.write('snapshots/a', 'old');
    fill();
    await expect(store.write('snapshots/a', 'x'.repeat(20_000))).rejects.toMatchObject(full);
    expect(await store.readText('snapshots/a')).toBe('old');
    expect(readdirSync(join(place, 'state/.tmp'))).toEqual([]);
  });

  it('takes a line of the log whole or not at all', async () => {
    const store = openDiskStore(join(place, 'state'));
    const log = await store.openAppend('runs/r.jsonl');
    const line = `${'x'.repeat(2_999)}\n`;
    let written = 0;
    const appendAll = () => {
      for (;;) {
        log.append(line);
        written++;
      }
    };
    expect(appendAll).toThrow(expect.objectContaining(full));
    expect(written).toBeGreaterThan(5);
    expect(await log.readText()).toBe(line.repeat(written));
    rmSync(join(place, 'state/runs/r.jsonl'), { force: true });
    log.close();
  });

  it('takes the log again when there is room again', async () => {
    const store = openDiskStore(join(place, 'state'));
    const log = await store.openAppend('runs/r.jsonl');
    log.append('one\n');
    fill();
    const tooMuch = () => log.append('y'.repeat(50_000));
    expect(tooMuch).toThrow(expect.objectContaining(full));
    for (const name of readdirSync(place)) if (name.startsWith('filler-')) rmSync(join(place, name));
    log.append('two\n');
    await log.sync();
    expect(readFileSync(join(place, 'state/runs/r.jsonl'), 'utf8')).toBe('one\ntwo\n');
    log.close();
  });

  it('does not end a command whose whole output finds no room', async () => {
    const processes = createProcesses({ clock: createClock(), store: openDiskStore(join(place, 'state')) });
    const permit = mintPermit({ kind: 'process', argv: ['seq', '1', '100000'], cwd: '/' });
    const result = await processes.run(permit, { timeoutMs: 10_000, limitBytes: 1000, spill: 'spill/C1' });
    expect(result).toMatchObject({ exitCode: 0, whole: null, stdout: { isTruncated: true } });
    expect(readdirSync(join(place, 'state/spill'))).toEqual([]);
  });
});

describe('a full file system', () => {
  it('keeps the old file and says that there is no room', async () => {
    const path = join(place, 'conf');
    writeFileSync(path, '');
    fill();
    const expects = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const permit = mintPermit({ kind: 'write', path, content: 'x'.repeat(20_000), expects });
    await expect(createFiles().write(permit)).rejects.toMatchObject({ code: 'no-space', reason: 'tool' });
    expect(readFileSync(path, 'utf8')).toBe('');
    expect(readdirSync(place).filter((name) => name.includes('.steward-'))).toEqual([]);
  });
});

describe('a state folder on a read-only file system', () => {
  const lockDown = () => execFileSync('mount', ['-o', 'remount,ro', place]);

  it('is refused when it is opened, whether it exists or not', () => {
    mkdirSync(join(place, 'state'), { mode: 0o700 });
    lockDown();
    expect(() => openDiskStore(join(place, 'state'))).toThrow(expect.objectContaining(unwritable));
    expect(() => openDiskStore(join(place, 'other'))).toThrow(expect.objectContaining(unwritable));
  });

  it('is an error with a name when it becomes so later', async () => {
    const store = openDiskStore(join(place, 'state'));
    await store.write('a', 'old');
    (await store.lock('locked-before'))?.release();
    lockDown();
    await expect(store.write('a', 'new')).rejects.toMatchObject(unwritable);
    await expect(store.openAppend('log')).rejects.toMatchObject(unwritable);
    await expect(store.lock('a')).rejects.toMatchObject(unwritable);
    await expect(store.lock('locked-before')).rejects.toMatchObject(unwritable);
    await expect(store.remove('a')).rejects.toMatchObject(unwritable);
    expect(await store.readText('a')).toBe('old');
  });
});
