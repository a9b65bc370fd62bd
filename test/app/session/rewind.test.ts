import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { undo } from '../../../src/app/run/undo.ts';
import { createOwnLog, type OwnLog } from '../../../src/app/session/own-log.ts';
import { listRewindPoints, rewind } from '../../../src/app/session/rewind.ts';
import { sha256 } from '../../../src/lib/digest.ts';
import { createCheckpoints, readRun, replay, verifyRun } from '../../../src/runs/index.ts';
import { type Bench, openBench } from './support.ts';

const NAMES = ['a.conf', 'b.conf', 'c.conf'];

interface Work extends Bench {
  log: OwnLog;
  ask(prompt: string): Promise<void>;
  /** As a call of the model does: kept, logged, done. null removes. */
  write(name: string, content: string): Promise<void>;
  contents(): Record<string, string | null>;
}

async function openWork(): Promise<Work> {
  const bench = await openBench();
  const log = createOwnLog(bench.session);
  const pathOf = (name: string) => join(bench.cwd, name);
  let step = 0;
  return {
    ...bench,
    log,
    ask: (prompt) => log.record({ type: 'run.resumed', model: null, prompt }),
    async write(name, content) {
      const path = pathOf(name);
      const { run } = bench.session.state;
      const before = existsSync(path) ? readFileSync(path) : null;
      const kept = await createCheckpoints({ store: bench.world.store, run: run ?? '' }).keep(path, before);
      step += 1;
      await log.record({
        type: 'file.checkpointed',
        step: `C${step}`,
        path,
        before: kept,
        after: sha256(content),
      });
      writeFileSync(path, content);
    },
    contents: () =>
      Object.fromEntries(
        NAMES.map((name) => [name, existsSync(pathOf(name)) ? readFileSync(pathOf(name), 'utf8') : null]),
      ),
  };
}

const lastPoint = async ({ session }: Work) => (await listRewindPoints(session)).at(-1);

describe('going back to before a prompt', () => {
  it('takes back what the run wrote since, and says so in its log', async () => {
    const work = await openWork();
    await work.ask('first');
    await work.write('a.conf', 'one\n');
    await work.ask('second');
    await work.write('a.conf', 'two\n');
    await work.write('b.conf', 'new\n');
    const point = await lastPoint(work);
    expect(point).toMatchObject({
      prompt: 'second',
      files: [join(work.cwd, 'a.conf'), join(work.cwd, 'b.conf')],
    });
    const rewound = await rewind(work.session, work.log, point?.id ?? '', { files: true });
    expect(rewound.refused).toEqual([]);
    expect(work.contents()).toEqual({ 'a.conf': 'one\n', 'b.conf': null, 'c.conf': null });
    const { lines } = await readRun(work.world.store, work.session.state.run ?? '');
    expect(lines.at(-1)?.event).toMatchObject({ type: 'run.rewound', prompt: 'second' });
    expect(work.happenings.at(-1)).toEqual({ kind: 'rewound', rewound });
    expect((await verifyRun(work.world.store, work.session.state.run ?? '')).problems).toEqual([]);
  });

  it('leaves the files alone when only the conversation is to go back', async () => {
    const work = await openWork();
    await work.ask('first');
    await work.write('a.conf', 'one\n');
    await rewind(work.session, work.log, (await lastPoint(work))?.id ?? '', { files: false });
    expect(work.contents()['a.conf']).toBe('one\n');
    const { lines } = await readRun(work.world.store, work.session.state.run ?? '');
    expect(replay(lines).messages).toEqual([]);
  });

  it('refuses a file that somebody changed since, and names it', async () => {
    const work = await openWork();
    await work.ask('first');
    await work.write('a.conf', 'one\n');
    await work.write('b.conf', 'one\n');
    writeFileSync(join(work.cwd, 'a.conf'), "the operator's own\n");
    const { restored, refused } = await rewind(work.session, work.log, (await lastPoint(work))?.id ?? '', {
      files: true,
    });
    expect(restored).toEqual([join(work.cwd, 'b.conf')]);
    expect(refused).toEqual([
      { path: join(work.cwd, 'a.conf'), reason: 'it was changed after this run wrote it' },
    ]);
    expect(work.contents()).toMatchObject({ 'a.conf': "the operator's own\n", 'b.conf': null });
  });

  it('does not happen to a prompt that is gone', async () => {
    const work = await openWork();
    await work.ask('first');
    const point = (await lastPoint(work))?.id ?? '';
    await rewind(work.session, work.log, point, { files: true });
    await expect(rewind(work.session, work.log, point, { files: true })).rejects.toMatchObject({
      code: 'no-point',
    });
  });

  it('agrees with a model for any order of prompts, writes and rewindings, and undo takes all of it back', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constant({ kind: 'ask' as const }) },
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant('write' as const),
          name: fc.constantFrom(...NAMES),
          content: fc.constantFrom('x\n', 'y\n', 'z\n'),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('rewind' as const),
          at: fc.nat({ max: 5 }),
          files: fc.boolean(),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const work = await openWork();
        writeFileSync(join(work.cwd, 'c.conf'), 'there before\n');
        const untouched = work.contents();
        let prompts: { prompt: string; files: Record<string, string | null> }[] = [];
        const ask = async (prompt: string) => {
          prompts.push({ prompt, files: work.contents() });
          await work.ask(prompt);
        };
        await ask('p0');
        for (const [at, one] of steps.entries()) {
          if (one.kind === 'ask') await ask(`p${at + 1}`);
          else if (one.kind === 'write') await work.write(one.name, one.content);
          else {
            const points = await listRewindPoints(work.session);
            const index = one.at % Math.max(1, points.length);
            const [point, expected] = [points[index], prompts[index]];
            if (point === undefined || expected === undefined) continue;
            const before = work.contents();
            const { refused } = await rewind(work.session, work.log, point.id, { files: one.files });
            expect(refused).toEqual([]);
            expect(work.contents()).toEqual(one.files ? expected.files : before);
            prompts = prompts.slice(0, index);
          }
          const points = await listRewindPoints(work.session);
          expect(points.map(({ prompt }) => prompt)).toEqual(prompts.map(({ prompt }) => prompt));
        }
        const { lines } = await readRun(work.world.store, work.session.state.run ?? '');
        const said = replay(lines).messages.flatMap(({ content }) =>
          content.map((block) => (block.type === 'text' ? block.text : '')),
        );
        expect(said).toEqual(prompts.map(({ prompt }) => prompt));
        const undone = await undo(work.world, work.session.state.run ?? '');
        expect(undone.refused).toEqual([]);
        expect(work.contents()).toEqual(untouched);
        rmSync(work.home, { recursive: true, force: true });
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
