import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/host/index.ts';
import { createRunLog, openRunLog, verifyRun } from '../../src/runs/index.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { killWriter } from '../runs/kill-writer.ts';
import { scriptRun } from '../runs/scripted-run.ts';

const isFull = process.env.STEWARD_SOAK === 'full';
const KILLS = isFull ? 200 : 20;
/** Every byte of the log, or every tenth. */
const STRIDE = isFull ? 1 : 10;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steward-soak-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the run log, in the long run', () => {
  it(`keeps what it acknowledged over ${KILLS} kills`, async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const { acknowledged, written, verified } = await killWriter(folder, `r${kill}`, 1 + ((kill * 7) % 90));
      expect(written.length).toBeGreaterThanOrEqual(acknowledged);
      expect(verified).toMatchObject({ ok: true });
    }
  });

  it(`opens and verifies after a cut at ${STRIDE === 1 ? 'every byte' : `every byte of ${STRIDE}`}`, async () => {
    const options = { run: 'r1', clock: createFakeClock(), mask: (text: string) => text };
    const call = { steps: 1, isParallel: true, ok: true };
    const turn = {
      calls: [call, { ...call, isParallel: false }],
      text: 'I look.',
      objection: '',
      failures: 1,
    };
    const store = createMemoryStore('test');
    const log = await createRunLog({ ...options, store });
    for (const event of scriptRun('r1', [
      { ...turn, isReduced: false },
      { ...turn, isReduced: true },
    ])) {
      log.record(event);
    }
    log.close();
    const bytes = Buffer.from((await store.readBytes('runs/r1.jsonl')) ?? []);
    expect(bytes.length).toBeGreaterThan(5000);
    for (let cut = 1; cut < bytes.length; cut += STRIDE) {
      await store.write('runs/r1.jsonl', bytes.subarray(0, cut));
      (await openRunLog({ ...options, store })).log.close();
      expect(await verifyRun(store, 'r1')).toMatchObject({ ok: true });
      const after = Buffer.from((await store.readBytes('runs/r1.jsonl')) ?? []);
      const whole = bytes.subarray(0, cut).lastIndexOf(0x0a) + 1;
      expect(after.subarray(0, whole).equals(bytes.subarray(0, whole))).toBe(true);
    }
  });
});
