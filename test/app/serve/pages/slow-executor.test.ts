import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { listElsewhere } from '../../../../src/app/change/approvals-elsewhere.ts';
import { makeSocketFolder } from '../../../socket-folder.ts';
import { openRig } from './rig.ts';

/** Takes connections, reads what is asked, and never answers. */
async function hangingExecutor() {
  const folder = makeSocketFolder();
  const socket = join(folder, 'executor.sock');
  const open = new Set<Socket>();
  let asked = 0;
  const server = createServer((connection) => {
    open.add(connection);
    connection.on('close', () => open.delete(connection));
    connection.on('error', () => {});
    connection.once('data', () => {
      asked += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    for (const connection of open) connection.destroy();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const until = (what: () => number, count: number) =>
    vi.waitFor(() => expect(what()).toBe(count), { timeout: 20_000 });
  return {
    socket,
    /** Once it has been asked so often. */
    asked: (times: number) => until(() => asked, times),
    /** Once so many connections are left. */
    left: (count: number) => until(() => open.size, count),
  };
}

it('keeps no page from being shown for more than five seconds, nor its connection', async () => {
  const executor = await hangingExecutor();
  const rig = await openRig({ executor: executor.socket });
  await rig.propose();
  const phone = await rig.enroll('kitchen');
  const listed = rig.ask('/approvals', { headers: phone });
  await executor.asked(1);
  await rig.clock.advance(4_999);
  await executor.left(1);
  await rig.clock.advance(1);
  const { status, body } = await listed;
  expect(status).toBe(200);
  expect(body).toContain('Serve on 8080');
  expect(body).toContain('What waits at the executor is not known: it has not answered within 5 s');
  await executor.left(0);

  const one = rig.ask('/approvals/a-nothere', { headers: phone });
  await executor.asked(2);
  await rig.clock.advance(5_000);
  expect((await one).status).toBeGreaterThanOrEqual(400);
  await executor.left(0);
});

it('keeps nobody else waiting for more than half a minute', async () => {
  const executor = await hangingExecutor();
  const { world, clock } = await openRig({ executor: executor.socket });
  const listed = listElsewhere(world);
  await executor.asked(1);
  await clock.advance(30_000);
  expect(await listed).toEqual({
    approvals: [],
    problem: 'it has not answered within 30 s: look at the journal of steward-executor@*.service',
  });
  await executor.left(0);
});
