import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { openBench } from '../../../src/app/change/change-ports.ts';
import { createRecorder } from '../../../src/app/run/recorder.ts';
import { undo } from '../../../src/app/run/undo.ts';
import { openWorld } from '../../../src/app/world.ts';
import { createRunLog } from '../../../src/runs/index.ts';
import { openHouse } from '../hostile/alone.ts';

/** A world, and the paths that its policy had followed. */
async function openWatched() {
  const { home, cwd } = openHouse();
  const env = { HOME: home, PATH: process.env.PATH ?? '' };
  const flags = { settings: null, flagValues: {}, flagNames: {} };
  const world = await openWorld({ env, cwd, ...flags, isPersistent: true });
  const followed: string[] = [];
  const files: typeof world.files = {
    ...world.files,
    resolve(path, from) {
      followed.push(path);
      return world.files.resolve(path, from);
    },
  };
  return { world: { ...world, files }, followed };
}

it('a change that may have effects puts what nobody may do through its gate first, a mere look at it does not', async () => {
  const { world, followed } = await openWatched();
  const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
  const bench = { run: randomUUID(), change: 'X1', recorder, signal: new AbortController().signal };
  await openBench(world, { ...bench, isLogged: false });
  expect(followed).toEqual([]);
  await openBench(world, { ...bench, isLogged: true });
  expect(followed.filter((path) => ['/etc/shadow', '/'].includes(path))).toEqual(['/etc/shadow', '/', '/']);
});

it('an undo does so too', async () => {
  const { world, followed } = await openWatched();
  const run = randomUUID();
  const log = await createRunLog({ store: world.store, run, clock: world.clock, mask: (text) => text });
  log.close();
  await undo(world, run);
  expect(followed).toContain('/etc/shadow');
});
