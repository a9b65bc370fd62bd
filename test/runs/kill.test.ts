import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock, openDiskStore } from '../../src/host/index.ts';
import { openRunLog, verifyRun } from '../../src/runs/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steward-kill-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Kills the writer once it has acknowledged so many bursts; gives the last number it acknowledged. */
async function writeAndKill(run: string, bursts: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'append-forever.ts'), folder, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (said.split('\n').length > bursts) child.kill('SIGKILL');
  });
  await once(child, 'close');
  expect(child.signalCode).toBe('SIGKILL');
  // The last number may have been cut while it was written.
  return Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
}

describe('a writer that is killed', () => {
  it.each([1, 3, 10, 60])('has kept every line that it acknowledged (%i bursts)', async (bursts) => {
    const acknowledged = await writeAndKill('r1', bursts);
    expect(acknowledged).toBeGreaterThan(bursts);
    const store = openDiskStore(folder);
    const opened = await openRunLog({ store, run: 'r1', clock: createClock(), mask: (text) => text });
    opened.log.close();
    const written = opened.lines.filter(({ event }) => event.type !== 'log.repaired');
    expect(written.length).toBeGreaterThanOrEqual(acknowledged);
    expect(written.map(({ seq }) => seq)).toEqual(written.map((_, index) => index + 1));
    expect(await verifyRun(store, 'r1')).toMatchObject({ ok: true, problems: [] });
  });
});
