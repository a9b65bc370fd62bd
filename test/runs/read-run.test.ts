import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/host/index.ts';
import type { RunEvent } from '../../src/protocol/event.ts';
import { createRunLog, findRun, pruneRuns, readRun, spillFolder, verifyRun } from '../../src/runs/index.ts';
import { encodeLine, firstLink } from '../../src/runs/log-line.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { closedEvent, openedEvent, promptEvent, repliedEvent } from './scripted-run.ts';

const mask = (text: string) => text;
const LOG = 'runs/r1.jsonl';
const EVENTS: RunEvent[] = [
  openedEvent('r1'),
  promptEvent('häuser \u2028'),
  repliedEvent(1, [{ type: 'text', text: 'ok' }]),
  closedEvent(),
];

async function storeWithRuns(runs: readonly string[], events: readonly RunEvent[] = EVENTS) {
  const store = createMemoryStore('test');
  for (const run of runs) {
    const log = await createRunLog({ store, run, clock: createFakeClock(), mask });
    for (const event of events) log.record(event.type === 'run.opened' ? { ...event, run } : event);
    log.close();
  }
  return store;
}

async function bytesOf(store: Awaited<ReturnType<typeof storeWithRuns>>): Promise<Buffer> {
  return Buffer.from((await store.readBytes(LOG)) ?? []);
}

describe('finding a run', () => {
  it('takes a unique beginning of an id', async () => {
    const store = await storeWithRuns(['abc1', 'abd2', 'abd23']);
    expect(await findRun(store, 'abc')).toBe('abc1');
    expect(await findRun(store, 'abd2')).toBe('abd2');
    expect((await readRun(store, 'abc')).run).toBe('abc1');
  });

  it('says so when there is none, or more than one', async () => {
    const store = await storeWithRuns(['abd2', 'abd3']);
    await expect(findRun(store, 'abd')).rejects.toMatchObject({
      code: 'ambiguous-run',
      reason: 'input',
      message: '2 runs begin with abd: abd2, abd3',
    });
    for (const id of ['x', '', '../runs/abd2']) {
      await expect(findRun(store, id)).rejects.toMatchObject({ code: 'no-such-run' });
    }
  });
});

describe('verifying a run', () => {
  it('finds nothing wrong with what was written', async () => {
    const store = await storeWithRuns(['r1']);
    const verified = await verifyRun(store, 'r1');
    expect(verified).toMatchObject({ ok: true, lines: 4, problems: [] });
    expect(await verifyRun(store, 'r1', { head: verified.head })).toEqual(verified);
  });

  it('sees any changed byte', async () => {
    const bytes = await bytesOf(await storeWithRuns(['r1']));
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ flip;
          const store = createMemoryStore('test');
          await store.write(LOG, changed);
          expect((await verifyRun(store, 'r1')).ok).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a line is removed', (lines: string[]) => lines.toSpliced(1, 1), 2],
    ['the first line is removed', (lines: string[]) => lines.slice(1), 1],
    ['two lines are swapped', (lines: string[]) => [lines[0], lines[2], lines[1], lines[3]], 2],
    ['a line is there twice', (lines: string[]) => [lines[0], lines[1], lines[1], lines[2], lines[3]], 3],
  ])('sees that %s', async (_name, edit, firstWrong) => {
    const store = await storeWithRuns(['r1']);
    const lines = (await bytesOf(store)).toString().trimEnd().split('\n');
    await store.write(LOG, `${edit(lines).join('\n')}\n`);
    const { ok, problems } = await verifyRun(store, 'r1');
    expect(ok).toBe(false);
    expect(problems[0]?.line).toBe(firstWrong);
    expect(problems[0]?.problem).toContain('does not follow the line before it');
  });

  it('sees a cut end only against a head that was kept elsewhere', async () => {
    const store = await storeWithRuns(['r1']);
    const { head } = await verifyRun(store, 'r1');
    const lines = (await bytesOf(store)).toString().split('\n');
    await store.write(LOG, `${lines.slice(0, 3).join('\n')}\n`);
    expect((await verifyRun(store, 'r1')).ok).toBe(true);
    expect(await verifyRun(store, 'r1', { head })).toMatchObject({
      ok: false,
      problems: [{ line: 0, problem: expect.stringContaining(head) }],
    });
  });

  it('sees the log of another run under its name', async () => {
    const store = await storeWithRuns(['r1']);
    await store.write('runs/r2.jsonl', await bytesOf(store));
    const { problems } = await verifyRun(store, 'r2');
    expect(problems.map(({ problem }) => problem)).toContain('is the log of run r1');
    expect(problems[0]?.problem).toContain('does not follow');
  });

  it('sees a torn end, except while somebody writes', async () => {
    const store = await storeWithRuns(['r1']);
    await store.write(LOG, Buffer.concat([await bytesOf(store), Buffer.from('{"se')]));
    expect((await verifyRun(store, 'r1')).problems).toEqual([
      { line: 5, problem: 'ends in the middle (4 bytes); resuming the run cuts it' },
    ]);
    const lock = await store.lock('runs/r1');
    expect((await verifyRun(store, 'r1')).ok).toBe(true);
    lock?.release();
  });

  it('sees an event that it does not know', async () => {
    const store = createMemoryStore('test');
    const clock = createFakeClock();
    const log = await createRunLog({ store, run: 'r1', clock, mask });
    log.record(openedEvent('r1'));
    // As a newer version would write it.
    log.record({ type: 'run.flown', height: 3 } as unknown as RunEvent);
    log.close();
    const { problems } = await verifyRun(store, 'r1');
    expect(problems).toEqual([
      { line: 2, problem: expect.stringContaining('not an event this steward knows') },
    ]);
  });

  it('sees a line from long before the line above it, and bears a clock that is put right', async () => {
    const store = createMemoryStore('test');
    let now = Date.parse('2026-03-01T03:00:00Z');
    const log = await createRunLog({
      store,
      run: 'r1',
      clock: { ...createFakeClock(), now: () => now },
      mask,
    });
    log.record(openedEvent('r1'));
    now -= 60_000;
    log.record(promptEvent());
    expect((await verifyRun(store, 'r1')).ok).toBe(true);
    now -= 3_600_000;
    log.record(closedEvent());
    log.close();
    expect((await verifyRun(store, 'r1')).problems).toEqual([
      { line: 3, problem: 'is dated 2026-03-01T01:59:00.000Z, before the line above it' },
    ]);
  });

  it('sees a number that is left out, also where the chain holds', async () => {
    const store = createMemoryStore('test');
    const event = JSON.stringify(openedEvent('r1'));
    const first = encodeLine(1, '2026-03-01T03:00:00.000Z', event, firstLink('r1'));
    const third = encodeLine(3, '2026-03-01T03:00:00.000Z', event, first.hash);
    await store.write(LOG, first.text + third.text);
    expect((await verifyRun(store, 'r1')).problems).toEqual([
      { line: 2, problem: 'has number 3 where 2 is due' },
    ]);
  });

  it('calls an empty log no proof', async () => {
    const store = createMemoryStore('test');
    await store.write(LOG, '');
    expect(await verifyRun(store, 'r1')).toMatchObject({ ok: false, lines: 0 });
  });
});

describe('pruning runs', () => {
  const DAY_MS = 86_400_000;

  it('removes old runs with what they kept, but neither the newest nor open ones', async () => {
    const store = await storeWithRuns(['a', 'b', 'c', 'd']);
    await store.write('runs/a.files/C1', 'kept');
    await store.write('runs/c.files/C1', 'kept');
    await store.write(`${spillFolder('c')}/S1.txt`, 'long');
    await store.write('changes/c/X1/plan.json', '{}');
    await store.write('changes/d/X2/plan.json', '{}');
    await store.write(`${spillFolder('d')}/S1.txt`, 'long');
    const aged: Record<string, number> = { a: 40, b: 41, c: 42, d: 1 };
    const now = Date.now();
    const old = {
      ...store,
      list: async (folder: string) =>
        (await store.list(folder)).map((entry) => ({
          ...entry,
          modifiedAt: now - (aged[entry.name.replace('.jsonl', '')] ?? 0) * DAY_MS,
        })),
    };
    const lock = await store.lock('runs/b');
    expect(await pruneRuns(old, { keepDays: 30, keepAtLeast: 2, now })).toEqual(['c']);
    expect(await pruneRuns(old, { keepDays: 30, keepAtLeast: 0, now })).toEqual(['a']);
    lock?.release();
    expect((await store.list('runs')).map(({ name }) => name)).toEqual(['b.jsonl', 'd.jsonl']);
    expect(await store.list('runs/a.files')).toEqual([]);
    expect(await store.list('runs/c.files')).toEqual([]);
    expect(await store.list(spillFolder('c'))).toEqual([]);
    expect(await store.list(spillFolder('d'))).toHaveLength(1);
    expect(await store.list('changes/c/X1')).toEqual([]);
    expect(await store.list('changes/d/X2')).toHaveLength(1);
  });

  it('leaves a run with a change that was cut off, whatever its age', async () => {
    const store = await storeWithRuns(['a', 'b']);
    await store.write('changes/open/a.X1', '{}');
    await store.write('changes/a/X1/plan.json', '{}');
    const old = {
      ...store,
      list: async (folder: string) =>
        (await store.list(folder)).map((entry) => ({ ...entry, modifiedAt: 0 })),
    };
    expect(await pruneRuns(old, { keepDays: 30, keepAtLeast: 0, now: Date.now() })).toEqual(['b']);
    expect(await store.list('changes/a/X1')).toHaveLength(1);
  });

  it('leaves a run that somebody goes on with meanwhile', async () => {
    const store = await storeWithRuns(['a']);
    const stale = {
      ...store,
      list: async (folder: string) =>
        (await store.list(folder)).map((entry) => ({
          ...entry,
          sizeBytes: entry.sizeBytes - 1,
          modifiedAt: 0,
        })),
    };
    expect(await pruneRuns(stale, { keepDays: 30, keepAtLeast: 0, now: Date.now() })).toEqual([]);
    expect(await store.list('runs')).toHaveLength(1);
  });
});
