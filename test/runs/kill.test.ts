import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killWriter } from './kill-writer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steward-kill-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a writer that is killed', () => {
  it.each([1, 3, 10, 60])('has kept every line that it acknowledged (%i bursts)', async (bursts) => {
    const { signal, acknowledged, written, verified } = await killWriter(folder, 'r1', bursts);
    expect(signal).toBe('SIGKILL');
    expect(acknowledged).toBeGreaterThan(bursts);
    expect(written.length).toBeGreaterThanOrEqual(acknowledged);
    expect(written).toEqual(written.map((_, index) => index + 1));
    expect(verified).toMatchObject({ ok: true, problems: [] });
  });
});
