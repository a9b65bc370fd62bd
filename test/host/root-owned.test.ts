import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isOnlyOurs, readProcessStatus } from '../../src/host/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'steward-owned-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function put(name: string, mode = 0o644): string {
  const path = join(scratch, name);
  writeFileSync(path, 'x');
  chmodSync(path, mode);
  return path;
}

describe('a file that is only ours', () => {
  it('belongs to us or root, and nobody else may write it', () => {
    expect(isOnlyOurs(put('closed'))).toBe(true);
    expect(isOnlyOurs('/etc/passwd')).toBe(true);
    expect(isOnlyOurs(put('group', 0o664))).toBe(false);
    expect(isOnlyOurs(put('world', 0o646))).toBe(false);
    expect(isOnlyOurs(join(scratch, 'missing'))).toBe(false);
  });

  it('is not one that lies in a folder of others, nor a link to such a one', () => {
    mkdirSync(join(scratch, 'open'));
    chmodSync(join(scratch, 'open'), 0o777);
    const inside = put('open/file');
    expect(isOnlyOurs(inside)).toBe(false);
    symlinkSync(inside, join(scratch, 'link'));
    expect(isOnlyOurs(join(scratch, 'link'))).toBe(false);
    symlinkSync(put('closed-too'), join(scratch, 'open', 'back'));
    expect(isOnlyOurs(join(scratch, 'open', 'back'))).toBe(false);
  });
});

describe('the status of a process', () => {
  it('is there as long as it lives', () => {
    expect(readProcessStatus(process.pid)).toMatch(/^Uid:\s/m);
    expect(readProcessStatus(4_194_305)).toBeUndefined();
  });
});
