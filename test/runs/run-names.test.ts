import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiskStore } from '../../src/host/index.ts';
import type { StateStore } from '../../src/protocol/store.ts';
import {
  checkRunName,
  createRunLog,
  findRun,
  listRuns,
  pruneRuns,
  readRunName,
  writeRunName,
} from '../../src/runs/index.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { openedEvent } from './scripted-run.ts';

let folder: string;
let store: StateStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steward-names-'));
  store = openDiskStore(folder);
  for (const run of ['aaaa1111', 'bbbb2222', 'cccc3333']) {
    const log = await createRunLog({ store, run, clock: createFakeClock(), mask: (text) => text });
    log.record(openedEvent(run));
    log.close();
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the name of a run', () => {
  it('finds it wherever a run is asked for, whatever the case', async () => {
    await writeRunName(store, 'bbbb2222', 'Full disk on nuc1');
    expect(await findRun(store, 'full disk  on NUC1')).toBe('bbbb2222');
    expect((await listRuns(store)).find(({ run }) => run === 'bbbb2222')?.name).toBe('Full disk on nuc1');
  });

  it('wins over the beginning of an id, and a whole id over a name', async () => {
    await writeRunName(store, 'bbbb2222', 'aaaa');
    expect(await findRun(store, 'aaaa')).toBe('bbbb2222');
    await writeRunName(store, 'bbbb2222', 'aaaa1111');
    expect(await findRun(store, 'aaaa1111')).toBe('aaaa1111');
  });

  it('is not guessed at when two runs have it', async () => {
    await writeRunName(store, 'aaaa1111', 'disk');
    await writeRunName(store, 'bbbb2222', 'disk');
    await expect(findRun(store, 'disk')).rejects.toMatchObject({
      code: 'ambiguous-run',
      message: '2 runs are named disk: aaaa1111, bbbb2222',
    });
    await expect(findRun(store, 'a disk/../x')).rejects.toMatchObject({ code: 'no-such-run' });
  });

  it('goes with the run', async () => {
    await writeRunName(store, 'aaaa1111', 'disk');
    const removed = await pruneRuns(store, { keepDays: 0, keepAtLeast: 0, now: Date.now() + 60_000 });
    expect(removed).toContain('aaaa1111');
    expect(await readRunName(store, 'aaaa1111')).toBeNull();
    expect(await store.list('runs')).toEqual([]);
  });

  it('is one line of what can be shown', () => {
    expect(checkRunName(' full\u001b[31m \n disk ')).toBe('full disk');
    expect(() => checkRunName(' \u0007 ')).toThrow('a run needs a name');
    expect(() => checkRunName('x'.repeat(81))).toThrow('at most 80');
  });
});
