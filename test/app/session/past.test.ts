import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOwnLog } from '../../../src/app/session/own-log.ts';
import { createPast } from '../../../src/app/session/past.ts';
import { renameRun } from '../../../src/app/session/rename.ts';
import { openDiskStore } from '../../../src/host/index.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';
import { createRunLog } from '../../../src/runs/index.ts';
import { closedEvent, openedEvent, repliedEvent } from '../../runs/scripted-run.ts';
import { type Bench, openBench } from './support.ts';

async function write({ world, cwd }: Bench, run: string, events: readonly RunEvent[], store = world.store) {
  const log = await createRunLog({ store, run, clock: world.clock, mask: (text) => text });
  log.record(openedEvent(run, { goal: null, prompt: `look at ${run}`, cwd }));
  for (const event of events) log.record(event);
  log.close();
}

function pastOf(bench: Bench, systemFolder = join(bench.home, 'no-system')) {
  const counted: RunEvent[][] = [];
  const past = createPast(bench.session, { systemFolder, restart: (events) => counted.push([...events]) });
  return { past, counted };
}

const talk = (turns: number): RunEvent[] =>
  Array.from({ length: turns }, (_, at) =>
    repliedEvent(at + 1, [{ type: 'text', text: `answer ${at + 1}` }]),
  );

describe('earlier runs', () => {
  it("are one's own and, labelled, the system's, found by any words of name, title and id", async () => {
    const bench = await openBench();
    const system = openDiskStore(join(bench.home, 'system'));
    await write(bench, 'mine1', [closedEvent()]);
    await write(bench, 'mine2', [repliedEvent(1, [])]);
    await write(bench, 'theirs1', [closedEvent({ costUsd: null })], system);
    const { past } = pastOf(bench, system.location);
    const all = await past.runs({ text: '', limit: 10 });
    expect(
      all.map(({ run, owner, outcome, isResumable }) => [run, owner, outcome, isResumable]).sort(),
    ).toEqual([
      ['mine1', 'mine', 'reported', true],
      ['mine2', 'mine', 'interrupted', true],
      ['theirs1', 'system', 'reported', false],
    ]);
    expect((await past.runs({ text: 'LOOK theirs', limit: 10 })).map(({ run }) => run)).toEqual(['theirs1']);
    expect(await past.runs({ text: '', limit: 1 })).toHaveLength(1);
    expect(await system.list('runs')).toHaveLength(1);
  });

  it('begin with their newest lines, and give the older ones when asked', async () => {
    const bench = await openBench();
    await write(bench, 'long', talk(400));
    const { past, counted } = pastOf(bench);
    await past.open('long');
    const [opened, ...told] = bench.happenings;
    expect(opened).toEqual({ kind: 'opened', run: 'long', name: null, older: 301 });
    expect(told.map((one) => (one.kind === 'run' ? one.seq : null))).toEqual(
      Array.from({ length: 100 }, (_, at) => 302 + at),
    );
    expect((await past.older(302, 50)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 50 }, (_, at) => 252 + at),
    );
    expect((await past.older(3, 50)).map(({ event }) => event.type)).toEqual(['run.opened', 'model.replied']);
    expect(await past.older(1, 50)).toEqual([]);
    await expect.poll(() => counted.length).toBe(1);
    expect(counted[0]).toHaveLength(401);
    expect(counted[0]?.[0]?.type).toBe('run.opened');
    expect(bench.session.state.run).toBe('long');
  });

  it('are opened without reading more than their end', async () => {
    const bench = await openBench();
    await write(bench, 'long', talk(5_000));
    let readBytes = 0;
    const { world } = bench;
    const store = {
      ...world.store,
      async readRange(name: string, offset: number, limit: number) {
        const bytes = await world.store.readRange(name, offset, limit);
        readBytes += bytes?.length ?? 0;
        return bytes;
      },
      readBytes: () => new Promise<undefined>(() => {}),
    };
    bench.session.world = async () => ({ ...world, store });
    await pastOf(bench).past.open('long');
    expect(bench.happenings).toHaveLength(101);
    const { sizeBytes = 0 } =
      (await world.store.list('runs')).find(({ name }) => name === 'long.jsonl') ?? {};
    expect(readBytes).toBeLessThan(sizeBytes / 4);
  });

  it('are not opened where nobody could go on with them', async () => {
    const bench = await openBench();
    const { past } = pastOf(bench);
    const log = await createRunLog({
      store: bench.world.store,
      run: 'busy',
      clock: bench.world.clock,
      mask: (text) => text,
    });
    log.record(openedEvent('busy', { cwd: bench.cwd }));
    await expect(past.open('busy')).rejects.toMatchObject({ code: 'run-busy' });
    log.close();
    const other = await createRunLog({
      store: bench.world.store,
      run: 'other',
      clock: bench.world.clock,
      mask: (text) => text,
    });
    other.record(openedEvent('other', { cwd: '/elsewhere' }));
    other.close();
    await expect(past.open('other')).rejects.toMatchObject({ code: 'other-folder' });
    await expect(past.open('nothing')).rejects.toMatchObject({ code: 'no-such-run' });
    expect(bench.happenings).toEqual([]);
  });

  it('are found by the name that they were given, also as the last of this folder', async () => {
    const bench = await openBench();
    await write(bench, 'r1', [closedEvent()]);
    const { past } = pastOf(bench);
    await past.open('last');
    await renameRun(bench.session, createOwnLog(bench.session), ' Full  disk ');
    expect(bench.happenings.at(-1)).toMatchObject({
      kind: 'run',
      event: { type: 'run.named', name: 'Full disk' },
    });
    await past.open('full disk');
    expect(bench.session.state).toMatchObject({ run: 'r1', runName: 'Full disk' });
    const [listed] = await pastOf(bench).past.runs({ text: 'full disk', limit: 5 });
    expect(listed).toMatchObject({ run: 'r1', name: 'Full disk', outcome: 'reported' });
  });

  it('are shown without what has become known as a secret since', async () => {
    const bench = await openBench({ DB_PASSWORD: 'wEi7quaiPhohX3ae' });
    await write(bench, 'r1', [repliedEvent(1, [{ type: 'text', text: 'it is wEi7quaiPhohX3ae' }])]);
    await pastOf(bench).past.open('r1');
    expect(JSON.stringify(bench.happenings)).not.toContain('wEi7quaiPhohX3ae');
  });
});
