import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createOperatorFiles } from '../../src/host/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'steward-operator-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const files = createOperatorFiles();
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe("operators' files", () => {
  it('are regular ones, also at the end of a link, and also longer than one page', async () => {
    const long = 'ä'.repeat(100_000);
    const path = put('goal.md', long);
    symlinkSync(path, join(folder, 'link.md'));
    expect(await files.readText(join(folder, 'link.md'))).toBe(long);
    expect(await files.readText(put('empty.md', ''))).toBe('');
    expect(await files.readText(join(folder, 'none.md'))).toBeUndefined();
  });

  it('are read from the kernel too, whose files say that they have no bytes', async () => {
    expect(await files.readText('/proc/self/status')).toMatch(/^Name:/);
  });

  it('are never waited for: a named pipe is refused by name', async () => {
    const path = join(folder, 'pipe.md');
    execFileSync('mkfifo', [path]);
    await expect(files.readText(path)).rejects.toMatchObject({
      code: 'unreadable',
      reason: 'settings',
      message: `${path} is not a regular file`,
    });
  });

  it('are no folders, and no devices', async () => {
    mkdirSync(join(folder, 'sub'));
    await expect(files.readText(join(folder, 'sub'))).rejects.toThrow(`${folder}/sub is a folder`);
    await expect(files.readText('/dev/zero')).rejects.toThrow('/dev/zero is not a regular file');
  });

  it('have 1 MiB at most', async () => {
    expect(await files.readText(put('most.md', 'x'.repeat(1024 * 1024)))).toHaveLength(1024 * 1024);
    const path = put('more.md', 'x'.repeat(1024 * 1024 + 1));
    await expect(files.readText(path)).rejects.toThrow(/more\.md has more than 1(\.0)? ?MiB/);
  });
});
