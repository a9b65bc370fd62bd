import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryStore, openDiskStore } from '../../src/host/index.ts';
import { sha256 } from '../../src/lib/digest.ts';
import { OpsError } from '../../src/lib/ops-error.ts';
import type { RunEvent } from '../../src/protocol/event.ts';
import type { AppendFile, StateStore } from '../../src/protocol/store.ts';
import { createRunLog, openRunLog, readRun, verifyRun } from '../../src/runs/index.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { AWKWARD_TEXT, closedEvent, openedEvent } from './scripted-run.ts';

const clock = createFakeClock();
const mask = (text: string) => text.replaceAll('hunter2', '***');
const notice = (text: string): RunEvent => ({ type: 'notice.given', level: 'info', text });

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'steward-runs-'));
  folders.push(folder);
  return folder;
}

/** A store whose append file is watched. */
function withAppendFile(change: (file: AppendFile) => AppendFile): StateStore {
  const store = createMemoryStore('test');
  return { ...store, openAppend: async (name) => change(await store.openAppend(name)) };
}

describe('the run log', () => {
  it('writes this line', async () => {
    const store = createMemoryStore('test');
    const log = await createRunLog({ store, run: 'r1', clock, mask });
    log.record(notice('grün\u2028'));
    const body =
      '{"seq":1,"time":"2026-03-01T03:00:00.000Z","event":{"type":"notice.given","level":"info","text":"grün\u2028"},' +
      `"prev":"${sha256('r1')}"`;
    expect(await store.readText('runs/r1.jsonl')).toBe(`${body},"hash":"${sha256(body)}"}\n`);
    expect(log.head()).toBe(sha256(body));
    log.record(notice('two'));
    const second = (await store.readText('runs/r1.jsonl'))?.split('\n')[1] ?? '';
    expect(JSON.parse(second)).toMatchObject({ seq: 2, prev: sha256(body) });
    expect(log.lineCount()).toBe(2);
  });

  it('gives back awkward words as they were', async () => {
    const store = openDiskStore(newFolder());
    const log = await createRunLog({ store, run: 'r1', clock, mask });
    log.record(openedEvent('r1', { prompt: AWKWARD_TEXT }));
    log.record(notice(AWKWARD_TEXT));
    log.close();
    const { lines, problems } = await readRun(store, 'r1');
    expect(problems).toEqual([]);
    expect(lines.map(({ event }) => event)).toEqual([
      openedEvent('r1', { prompt: AWKWARD_TEXT }),
      notice(AWKWARD_TEXT),
    ]);
  });

  it('masks every string however deep, and no key', async () => {
    const store = createMemoryStore('test');
    const log = await createRunLog({ store, run: 'r1', clock, mask });
    const payload = { hunter2: ['x hunter2', { deep: 'hunter2' }], __proto__: null };
    log.record(openedEvent('r1', { trigger: { kind: 'alert', payload, parent: null } }));
    const line = JSON.parse((await store.readText('runs/r1.jsonl')) ?? '');
    expect(line.event.trigger.payload).toEqual({ hunter2: ['x ***', { deep: '***' }] });
  });

  it('waits for whoever only looked whether it is open', async () => {
    const store = openDiskStore(newFolder());
    const log = await createRunLog({ store, run: 'r1', clock, mask });
    log.record(openedEvent('r1'));
    log.close();
    const held = await store.lock('runs/r1');
    const opening = openRunLog({ store, run: 'r1', clock, mask });
    setTimeout(() => held?.release(), 50);
    const opened = await opening;
    expect(opened.repair).toBeNull();
    opened.log.close();
  });

  it('lets one process in at a time, and says what to do', async () => {
    const store = openDiskStore(newFolder());
    const log = await createRunLog({ store, run: 'r1', clock, mask });
    log.record(openedEvent('r1'));
    const refusal = await openRunLog({ store, run: 'r1', clock, mask }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(OpsError);
    expect(refusal).toMatchObject({
      code: 'run-busy',
      reason: 'busy',
      message: 'another process is working on run r1',
      hint: 'wait for it, or end it with: steward stop r1',
    });
    log.close();
    log.close();
    const opened = await openRunLog({ store, run: 'r1', clock, mask });
    expect(opened.repair).toBeNull();
    opened.log.close();
  });

  it('does not begin a run twice, and goes on only with one that is there', async () => {
    const store = openDiskStore(newFolder());
    const log = await createRunLog({ store, run: 'r1', clock, mask });
    log.record(openedEvent('r1'));
    log.close();
    await expect(createRunLog({ store, run: 'r1', clock, mask })).rejects.toMatchObject({
      code: 'run-exists',
      reason: 'input',
    });
    await expect(openRunLog({ store, run: 'r2', clock, mask })).rejects.toMatchObject({
      code: 'no-such-run',
      reason: 'input',
      hint: 'steward runs list',
    });
    expect(readFileSync(join(store.location, 'runs/r1.jsonl'), 'utf8').split('\n')).toHaveLength(2);
  });

  it.each(['', '../x', 'a/b', '.hidden', 'a.b', `a${'b'.repeat(100)}`])(
    'refuses %j as an id',
    async (run) => {
      const store = createMemoryStore('test');
      await expect(createRunLog({ store, run, clock, mask })).rejects.toMatchObject({ code: 'bad-run-id' });
    },
  );

  it('goes on with the chain when it is opened again', async () => {
    const store = openDiskStore(newFolder());
    const log = await createRunLog({ store, run: 'r1', clock, mask });
    log.record(openedEvent('r1'));
    log.record(closedEvent());
    log.close();
    const opened = await openRunLog({ store, run: 'r1', clock, mask });
    expect(opened.log.head()).toBe(log.head());
    opened.log.record({ type: 'run.resumed', model: null, prompt: 'and now?' });
    await opened.log.sync();
    opened.log.close();
    expect(await verifyRun(store, 'r1')).toEqual({
      run: 'r1',
      ok: true,
      lines: 3,
      head: opened.log.head(),
      problems: [],
    });
  });

  it('records nothing more once an append failed, so that no gap is hidden', async () => {
    let isFull = false;
    const full = new OpsError('state-full', 'state-full', 'no space left');
    const store = withAppendFile((file) => ({
      ...file,
      append(text) {
        if (isFull) throw full;
        file.append(text);
      },
    }));
    const log = await createRunLog({ store, run: 'r1', clock, mask });
    log.record(openedEvent('r1'));
    const head = log.head();
    isFull = true;
    expect(() => log.record(notice('lost'))).toThrow(full);
    isFull = false;
    expect(() => log.record(notice('later'))).toThrow(full);
    await expect(log.sync()).rejects.toBe(full);
    expect(log.head()).toBe(head);
    expect(log.lineCount()).toBe(1);
    log.close();
    expect(await verifyRun(store, 'r1')).toMatchObject({ ok: true, lines: 1 });
  });

  it('takes a failed sync for final', async () => {
    let failures = 1;
    const store = withAppendFile((file) => ({
      ...file,
      async sync() {
        if (failures-- > 0) throw new OpsError('state-unwritable', 'state-full', 'input/output error');
      },
    }));
    const log = await createRunLog({ store, run: 'r1', clock, mask });
    log.record(openedEvent('r1'));
    await expect(log.sync()).rejects.toThrow('input/output error');
    await expect(log.sync()).rejects.toThrow('input/output error');
    expect(() => log.record(notice('more'))).toThrow('input/output error');
  });

  it('shares syncs between those who ask, and never one that began before their line', async () => {
    const waiting: (() => void)[] = [];
    let lines = 0;
    const durable: number[] = [];
    const store = withAppendFile((file) => ({
      ...file,
      append(text) {
        file.append(text);
        lines += 1;
      },
      sync() {
        const covered = lines;
        return new Promise((resolve) =>
          waiting.push(() => {
            durable.push(covered);
            resolve();
          }),
        );
      },
    }));
    const log = await createRunLog({ store, run: 'r1', clock, mask });
    log.record(openedEvent('r1'));
    const first = log.sync();
    const same = log.sync();
    log.record(notice('two'));
    const second = log.sync();
    log.record(notice('three'));
    const third = log.sync();
    expect(waiting).toHaveLength(1);
    waiting.shift()?.();
    await Promise.all([first, same]);
    expect(durable).toEqual([1]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(waiting).toHaveLength(1);
    waiting.shift()?.();
    await Promise.all([second, third]);
    expect(durable).toEqual([1, 3]);
    await log.sync();
    expect(waiting).toEqual([]);
  });
});
