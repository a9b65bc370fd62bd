import { appendFileSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiskStore } from '../../src/host/index.ts';
import type { RunEvent } from '../../src/protocol/event.ts';
import type { StateStore } from '../../src/protocol/store.ts';
import { createRunLog, openForAppend, openRunLog, verifyRun } from '../../src/runs/index.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { anyTurns } from './arbitrary-run.ts';
import { closedEvent, openedEvent, scriptRun, started } from './scripted-run.ts';

const NAMED: RunEvent = { type: 'run.named', name: 'disk' };

let folder: string;
let store: StateStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steward-append-'));
  store = openDiskStore(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

const optionsOf = (run: string) => ({ store, run, clock: createFakeClock(), mask: (text: string) => text });
const fileOf = (run: string) => join(folder, 'runs', `${run}.jsonl`);

async function write(run: string, events: readonly RunEvent[]) {
  const log = await createRunLog(optionsOf(run));
  for (const event of events) log.record(event);
  log.close();
}

describe('opening a log for a line more', () => {
  it('adds the line that a whole opening would have added', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(anyTurns, async (turns) => {
        // The same id, so that the chain is the same.
        const texts: string[] = [];
        for (const open of [
          openForAppend,
          async (options: ReturnType<typeof optionsOf>) => (await openRunLog(options)).log,
        ]) {
          runs += 1;
          await write('r1', [...scriptRun('r1', turns), closedEvent()]);
          const log = await open(optionsOf('r1'));
          log?.record(NAMED);
          log?.close();
          expect((await verifyRun(store, 'r1')).problems).toEqual([]);
          texts.push((await store.readText('runs/r1.jsonl')) ?? '');
          await store.remove('runs/r1.jsonl');
        }
        expect(texts[0]).toBe(texts[1]);
      }),
      { numRuns: 15 },
    );
    expect(runs).toBeGreaterThan(20);
  });

  it('leaves to a whole opening what has to be repaired', async () => {
    await write('killed', [openedEvent('killed'), started('C1', 'reversible')]);
    expect(await openForAppend(optionsOf('killed'))).toBeNull();
    await write('torn', [openedEvent('torn'), closedEvent()]);
    appendFileSync(fileOf('torn'), '{"seq":3,"ti');
    expect(await openForAppend(optionsOf('torn'))).toBeNull();
    await write('cut', [openedEvent('cut'), closedEvent()]);
    truncateSync(fileOf('cut'), ((await store.readText('runs/cut.jsonl')) ?? '').length - 1);
    expect(await openForAppend(optionsOf('cut'))).toBeNull();
    // It let go of the lock each time.
    for (const run of ['killed', 'torn', 'cut']) (await openRunLog(optionsOf(run))).log.close();
  });

  it('finds a last line that is longer than what is read first', async () => {
    await write('long', [openedEvent('long'), closedEvent({ result: 'x'.repeat(600_000) })]);
    const log = await openForAppend(optionsOf('long'));
    log?.record(NAMED);
    expect(log?.lineCount()).toBe(3);
    log?.close();
    expect((await verifyRun(store, 'long')).ok).toBe(true);
  });

  it('lets one process in at a time, and makes no log of a misspelt id', async () => {
    await write('r1', [openedEvent('r1'), closedEvent()]);
    const first = await openForAppend(optionsOf('r1'));
    await expect(openForAppend(optionsOf('r1'))).rejects.toMatchObject({ code: 'run-busy' });
    first?.close();
    await expect(openForAppend(optionsOf('r2'))).rejects.toMatchObject({ code: 'no-such-run' });
    expect((await store.list('runs')).map(({ name }) => name)).toEqual(['r1.jsonl']);
  });
});
