import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDiskStore } from '../../src/host/index.ts';
import { listRuns, openRunLog, writeRunName } from '../../src/runs/index.ts';
import { createBoxWithModel } from './steward.ts';

it('finds a run by the name that a session gave it, in lists, in its log and to go on with', async () => {
  const { box } = await createBoxWithModel([{ text: 'The journal fills it.' }, { text: 'As I said.' }]);
  expect((await box.run(['-p', 'What fills the disk?'])).code).toBe(0);
  const store = openDiskStore(join(box.home, '.local/state/steward'));
  const [run] = await listRuns(store);
  const { log } = await openRunLog({
    store,
    run: run?.run ?? '',
    clock: { now: Date.now, elapsed: () => 0, sleep: async () => {} },
    mask: (text) => text,
  });
  log.record({ type: 'run.named', name: 'full disk' });
  log.close();
  await writeRunName(store, run?.run ?? '', 'full disk');

  expect((await box.run(['runs', 'list'])).stdout).toContain('full disk: "What fills the disk?"');
  expect((await box.run(['runs', 'show', 'Full Disk'])).stdout).toMatch(/run\.named +"full disk"/);
  expect((await box.run(['runs', 'verify', 'full disk'])).code).toBe(0);
  const gone = await box.json(['-p', 'And now?', '-r', 'full disk']);
  expect(gone.result).toMatchObject({ result: 'As I said.', session_id: run?.run });
});
