import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiskStore } from '../../src/host/index.ts';
import type { RunEvent } from '../../src/protocol/event.ts';
import type { StateStore } from '../../src/protocol/store.ts';
import { createRunLog, latestRun, listRuns } from '../../src/runs/index.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { closedEvent, openedEvent, promptEvent, repliedEvent } from './scripted-run.ts';

const OPENED_AT = Date.parse('2026-03-01T03:00:00Z');
const clock = createFakeClock({ now: OPENED_AT });

let folder: string;
let store: StateStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steward-list-'));
  store = openDiskStore(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Of all files of a test, so that no writing takes longer than the ages are apart. */
const now = Date.now() / 1000;

/** `age` in seconds orders the runs: file times are too coarse for it. */
async function write(run: string, age: number, events: readonly RunEvent[]) {
  const log = await createRunLog({ store, run, clock, mask: (text) => text });
  for (const event of events) log.record(event);
  const at = now - age;
  utimesSync(join(folder, 'runs', `${run}.jsonl`), at, at);
  return log;
}

describe('listing runs', () => {
  it('tells how each run began and ended, newest first', async () => {
    (
      await write('r1', 30, [openedEvent('r1', { prompt: 'Look.\nAll.', goal: null }), closedEvent()])
    ).close();
    const escalated = closedEvent({ outcome: 'escalated', reason: 'escalated', costUsd: null });
    (await write('r2', 20, [openedEvent('r2'), escalated])).close();
    expect(await listRuns(store)).toEqual([
      {
        run: 'r2',
        name: null,
        openedAt: OPENED_AT,
        goal: 'health-check',
        prompt: null,
        trigger: 'manual',
        startedBy: null,
        parent: null,
        depth: 0,
        outcome: 'escalated',
        exitCode: 60,
        costUsd: null,
        turns: 1,
        durationMs: 1200,
        resumeAt: null,
        cwd: '/srv',
        isResumable: true,
      },
      {
        run: 'r1',
        name: null,
        openedAt: OPENED_AT,
        goal: null,
        prompt: 'Look.',
        trigger: 'manual',
        startedBy: null,
        parent: null,
        depth: 0,
        outcome: 'reported',
        exitCode: 0,
        costUsd: 0.01,
        turns: 1,
        durationMs: 1200,
        resumeAt: null,
        cwd: '/srv',
        isResumable: true,
      },
    ]);
  });

  it('tells a run that works from one that was interrupted', async () => {
    const open = await write('open', 10, [openedEvent('open')]);
    (await write('dead', 20, [openedEvent('dead'), promptEvent()])).close();
    (
      await write('again', 30, [
        openedEvent('again'),
        closedEvent(),
        { type: 'run.resumed', model: null, prompt: null },
      ])
    ).close();
    (
      await write('noted', 40, [
        openedEvent('noted'),
        closedEvent(),
        { type: 'notice.given', level: 'info', text: 'x' },
      ])
    ).close();
    expect((await listRuns(store)).map(({ run, outcome }) => [run, outcome])).toEqual([
      ['open', 'open'],
      ['dead', 'interrupted'],
      ['again', 'interrupted'],
      ['noted', 'reported'],
    ]);
    open.close();
  });

  it('reads first and last lines of any length', async () => {
    const long = 'x'.repeat(300_000);
    (
      await write('r1', 1, [
        openedEvent('r1', { prompt: long }),
        promptEvent(long),
        closedEvent({ result: long }),
      ])
    ).close();
    expect(await listRuns(store)).toMatchObject([
      { run: 'r1', prompt: `${'x'.repeat(119)}…`, outcome: 'reported', goal: 'health-check' },
    ]);
  });

  it('lists a log that is damaged', async () => {
    await store.write('runs/torn.jsonl', '{"seq":1,"ti');
    await store.write('runs/empty.jsonl', '');
    await store.write('runs/nonsense.jsonl', `${'\0'.repeat(9000)}\n`);
    const runs = await listRuns(store);
    expect(runs.map(({ run }) => run).sort()).toEqual(['empty', 'nonsense', 'torn']);
    expect(new Set(runs.map(({ outcome }) => outcome))).toEqual(new Set(['interrupted']));
  });

  it('picks by goal, outcome and number, and the last of a folder', async () => {
    for (let index = 0; index < 40; index++) {
      const cwd = index === 35 ? '/home/ann' : '/srv';
      const goal = index % 10 === 0 ? 'incident' : 'health-check';
      (await write(`r${index}`, index, [openedEvent(`r${index}`, { goal, cwd }), closedEvent()])).close();
    }
    const idsOf = async (options: Parameters<typeof listRuns>[1]) =>
      (await listRuns(store, options)).map(({ run }) => run);
    expect(await idsOf({ goal: 'incident' })).toEqual(['r0', 'r10', 'r20', 'r30']);
    expect(await idsOf({ goal: 'incident', limit: 3 })).toEqual(['r0', 'r10', 'r20']);
    expect(await idsOf({ limit: 2 })).toEqual(['r0', 'r1']);
    expect(await idsOf({ outcome: 'failed' })).toEqual([]);
    expect((await latestRun(store, { cwd: '/home/ann' }))?.run).toBe('r35');
    (await write('undo', -5, [openedEvent('undo', { cwd: '/home/ann', tools: [] }), closedEvent()])).close();
    expect((await listRuns(store))[0]).toMatchObject({ run: 'undo', isResumable: false });
    expect((await latestRun(store, { cwd: '/home/ann' }))?.run).toBe('r35');
    expect(await latestRun(store, { cwd: '/nowhere' })).toBeUndefined();
  });

  it('takes the first words of the operator for the prompt of a run that began without', async () => {
    const events: RunEvent[] = [
      openedEvent('r1', { goal: null }),
      closedEvent(),
      { type: 'operator.began', id: 'O1', command: 'ls', cwd: '/srv', isTold: false },
      { type: 'run.resumed', model: null, prompt: 'Why is it full?' },
    ];
    (await write('r1', 30, events)).close();
    expect(await listRuns(store)).toMatchObject([{ prompt: 'Why is it full?' }]);
  });

  it('takes no own command, name or rewinding of a run that has ended for work on it', async () => {
    const aside: RunEvent[] = [
      { type: 'run.named', name: 'disk' },
      { type: 'operator.began', id: 'O1', command: 'ls', cwd: '/srv', isTold: false },
      { type: 'step.started', step: 'U1', effect: 'reversible', command: 'write /srv/a' },
      { type: 'step.finished', step: 'U1', ok: true, summary: 'restored', durationMs: 1 },
      { type: 'run.rewound', point: 1, prompt: 'Look.', restored: ['/srv/a'], refused: [] },
    ];
    (await write('r1', 30, [openedEvent('r1'), closedEvent(), ...aside])).close();
    (await write('r2', 20, [openedEvent('r2'), repliedEvent(1, []), ...aside])).close();
    expect((await listRuns(store)).map(({ run, outcome }) => [run, outcome])).toEqual([
      ['r2', 'interrupted'],
      ['r1', 'reported'],
    ]);
  });
});
