import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/host/index.ts';
import type { RunEvent } from '../../src/protocol/event.ts';
import { createRunLog, openRunLog, readRun, replay, verifyRun } from '../../src/runs/index.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { anyTurns } from './arbitrary-run.ts';
import {
  callFinished,
  closedEvent,
  finished,
  openedEvent,
  promptEvent,
  repliedEvent,
  scriptRun,
  started,
  toolUse,
} from './scripted-run.ts';

const clock = createFakeClock();
const mask = (text: string) => text;
const LOG = 'runs/r1.jsonl';

async function logOf(events: readonly RunEvent[]): Promise<Buffer> {
  const store = createMemoryStore('test');
  const log = await createRunLog({ store, run: 'r1', clock, mask });
  for (const event of events) log.record(event);
  log.close();
  return Buffer.from((await store.readBytes(LOG)) ?? []);
}

async function storeWith(bytes: Buffer) {
  const store = createMemoryStore('test');
  await store.write(LOG, bytes);
  return store;
}

async function open(store: ReturnType<typeof createMemoryStore>) {
  const opened = await openRunLog({ store, run: 'r1', clock, mask });
  opened.log.close();
  return opened;
}

const twoCalls = [
  openedEvent('r1'),
  promptEvent(),
  repliedEvent(1, [toolUse('a'), toolUse('b'), toolUse('c')]),
  started('C1'),
  finished('C1'),
  callFinished('C1', 'a', 'fine'),
  started('C2', 'reversible'),
];

describe('opening a run log again', () => {
  it('says which steps have no end and which calls no result, and says it in the log', async () => {
    const store = await storeWith(await logOf(twoCalls));
    const { repair, lines } = await open(store);
    const repaired = {
      cutBytes: 0,
      damagedLines: [],
      unknownSteps: ['C2'],
      unansweredCalls: ['b', 'c'],
    };
    const added = [
      { type: 'step.unknown', step: 'C2', effect: 'reversible', command: 'do C2' },
      { type: 'log.repaired', ...repaired },
    ];
    expect(repair).toEqual({ ...repaired, events: added });
    expect(lines.slice(-2).map(({ event }) => event)).toEqual(added);
    const read = await readRun(store, 'r1');
    expect(read.lines).toEqual(lines);
  });

  it('repairs once', async () => {
    const whole = await logOf(twoCalls);
    const store = await storeWith(Buffer.concat([whole, Buffer.from('{"seq":8,"ti')]));
    expect((await open(store)).repair).toMatchObject({ cutBytes: 12 });
    const after = await store.readText(LOG);
    expect((await open(store)).repair).toBeNull();
    expect(await store.readText(LOG)).toBe(after);
  });

  it('does not call it damage when a limit left calls out of a run that was closed', async () => {
    const store = await storeWith(await logOf([...twoCalls.slice(0, 3), closedEvent({ reason: 'calls' })]));
    expect((await open(store)).repair).toBeNull();
  });

  it('tells again when the resumed run is killed in turn', async () => {
    const events: RunEvent[] = [
      ...twoCalls,
      { type: 'run.resumed', model: null, prompt: null },
      repliedEvent(2, [toolUse('d')]),
      started('C4'),
    ];
    const store = await storeWith(await logOf(events));
    expect((await open(store)).repair).toMatchObject({ unknownSteps: ['C2', 'C4'], unansweredCalls: ['d'] });
  });

  it('keeps a damaged line, goes on behind it, and reports it once', async () => {
    const bytes = await logOf([openedEvent('r1'), promptEvent(), closedEvent()]);
    const second = bytes.indexOf(0x0a) + 1;
    bytes[second + 30] = 0x00;
    const store = await storeWith(bytes);
    const { repair, log } = await open(store);
    expect(repair).toMatchObject({ damagedLines: [2] });
    expect(log.lineCount()).toBe(4);
    expect((await open(store)).repair).toBeNull();
    const kept = Buffer.from((await store.readBytes(LOG)) ?? []);
    expect(kept.subarray(0, bytes.length).equals(bytes)).toBe(true);
    const verified = await verifyRun(store, 'r1');
    expect(verified.ok).toBe(false);
    expect(new Set(verified.problems.map(({ line }) => line))).toEqual(new Set([2]));
  });

  it('goes on behind a last line that is whole and nonsense', async () => {
    const bytes = Buffer.concat([await logOf([openedEvent('r1')]), Buffer.from('nonsense\n')]);
    const store = await storeWith(bytes);
    expect((await open(store)).repair).toMatchObject({ damagedLines: [2], cutBytes: 0 });
    const { problems, lines } = await verifyRun(store, 'r1');
    expect(lines).toBe(3);
    expect(problems).toEqual([{ line: 2, problem: 'is not a line of a run log' }]);
  });

  it('opens an empty log', async () => {
    const store = await storeWith(Buffer.alloc(0));
    expect(await open(store)).toMatchObject({ lines: [], repair: null });
  });

  it('opens whatever bytes it finds, twice with the same end, and loses none of the whole lines', async () => {
    await fc.assert(
      fc.asyncProperty(anyTurns, fc.nat(), fc.uint8Array({ maxLength: 40 }), async (turns, at, noise) => {
        const bytes = await logOf(scriptRun('r1', turns));
        const from = at % bytes.length;
        bytes.set(noise.subarray(0, bytes.length - from), from);
        const store = await storeWith(bytes);
        await open(store);
        const once = Buffer.from((await store.readBytes(LOG)) ?? []);
        await open(store);
        expect(await store.readBytes(LOG)).toEqual(Uint8Array.from(once));
        const whole = bytes.lastIndexOf(0x0a) + 1;
        expect(once.subarray(0, whole).equals(bytes.subarray(0, whole))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('verifies after a cut at any byte, with all lines before the cut', async () => {
    await fc.assert(
      fc.asyncProperty(anyTurns, fc.nat(), async (turns, at) => {
        const events = scriptRun('r1', turns);
        const bytes = await logOf(events);
        const cut = 1 + (at % bytes.length);
        const store = await storeWith(bytes.subarray(0, cut));
        const { repair, lines } = await open(store);
        const whole = bytes.subarray(0, cut).filter((byte) => byte === 0x0a).length;
        expect(lines.slice(0, whole).map(({ event }) => event)).toEqual(events.slice(0, whole));
        expect(lines).toHaveLength(whole + (repair?.events.length ?? 0));
        expect(await verifyRun(store, 'r1')).toMatchObject({ ok: true, problems: [], lines: lines.length });
        expect((await open(store)).repair).toBeNull();
        const { unanswered } = replay(lines);
        expect(repair?.unansweredCalls ?? []).toEqual(unanswered.map(({ block }) => block.id));
      }),
      { numRuns: 150 },
    );
  });

  it('survives being killed again and again while it repairs', async () => {
    await fc.assert(
      fc.asyncProperty(anyTurns, fc.array(fc.nat({ max: 400 }), { maxLength: 4 }), async (turns, cuts) => {
        const store = await storeWith(await logOf(scriptRun('r1', turns)));
        for (const cut of cuts) {
          const bytes = Buffer.from((await store.readBytes(LOG)) ?? []);
          await store.write(LOG, bytes.subarray(0, Math.max(1, bytes.length - cut)));
          await open(store);
        }
        expect(await verifyRun(store, 'r1')).toMatchObject({ ok: true });
      }),
      { numRuns: 40 },
    );
  });
});
