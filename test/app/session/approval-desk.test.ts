import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { park } from '../../../src/app/change/park.ts';
import { performChange } from '../../../src/app/change/perform-change.ts';
import { createApprovalDesk } from '../../../src/app/session/approval-desk.ts';
import { createStatus } from '../../../src/app/session/status.ts';
import { readChange } from '../../../src/changes/index.ts';
import { openBench } from './support.ts';

const change = (replace: string) => `title: Serve on ${replace}
targets: [app-${replace}.service]
why: the balancer moved
apply:
  - edit: { file: app.json, find: '80', replace: '${replace}' }
verify:
  - run: grep -q ${replace} app.json
    for: 0s
`;

/** A session beside which other runs have left these changes for a person. */
async function withWaiting(...ports: string[]) {
  const bench = await openBench();
  const { world, cwd, session } = bench;
  const file = join(cwd, 'app.json');
  writeFileSync(file, '{"port": 80}\n');
  for (const port of ports) {
    const text = await readChange('change.yaml', change(port));
    const parked = { change: text, source: 'change.yaml' };
    await performChange(
      world,
      {
        run: crypto.randomUUID(),
        parent: null,
        ...parked,
        approve: (planned, run) => park(world, { run, planned, ...parked }),
      },
      { onEvent() {}, onDelta() {} },
      new AbortController().signal,
    );
  }
  const status = createStatus(session);
  await status.ready(world);
  const told = () => {
    const last = bench.happenings.findLast((one) => one.kind === 'status');
    return last?.kind === 'status' ? last.status.pendingApprovals : null;
  };
  const desk = createApprovalDesk(session, status.readShared);
  const ids = (await desk.waiting()).map(({ id }) => id);
  session.state.isClosed = true;
  return { ...bench, desk, ids, told, now: () => readFileSync(file, 'utf8') };
}

describe('approvals in a session', () => {
  it('are counted, shown with all that matters, and carried out on a yes', async () => {
    const { desk, ids, told, now } = await withWaiting('8080');
    expect(told()).toBe(1);
    const [id = ''] = ids;
    const page = await desk.page('');
    expect(page).toContain('# Serve on 8080');
    expect(page).toContain('- **Why** the balancer moved');
    expect(page).toContain('undone by: the file is put back as it was');
    expect(page).toContain(`/approvals approve ${id} [comment]`);
    expect(await desk.answer(id, { kind: 'approve', comment: 'go on' })).toMatch(
      new RegExp(`^${id}: fixed \\(0\\), run [0-9a-f]{8}\\. Serve on 8080: it is applied and verified`),
    );
    expect(now()).toBe('{"port": 8080}\n');
    expect(told()).toBe(0);
    const after = await desk.page(id);
    expect(after).toContain(`- **Approval** ${id} is done`);
    expect(after).toContain(': go on');
  });

  it('are answered only when they were shown, and only for the plan that was shown', async () => {
    const { desk, ids, cwd, now } = await withWaiting('8080');
    const [id = ''] = ids;
    await expect(desk.answer(id, { kind: 'approve', comment: null })).rejects.toMatchObject({
      code: 'not-shown',
      hint: `/approvals ${id} shows what a yes would do`,
    });
    await desk.page(id);
    writeFileSync(join(cwd, 'app.json'), '{"host": 1, "port": 80}\n');
    expect(await desk.answer(id, { kind: 'approve', comment: null })).toMatch(/: needs-approval \(77\)/);
    expect(now()).toBe('{"host": 1, "port": 80}\n');
    await expect(desk.answer(id, { kind: 'approve', comment: null })).rejects.toMatchObject({
      message: expect.stringContaining('is void'),
    });
  });

  it('are listed when there are several, and denied with a comment', async () => {
    const { desk, ids, now } = await withWaiting('8080', '9090');
    expect(ids).toHaveLength(2);
    const list = await desk.page('');
    for (const id of ids) expect(list).toContain(`\`${id}\``);
    const [id = '', other] = ids;
    await expect(desk.answer(id, { kind: 'deny', comment: null })).rejects.toMatchObject({
      code: 'not-shown',
    });
    await desk.page(id);
    expect(await desk.answer(id, { kind: 'deny', comment: 'not tonight' })).toBe(
      `${id} is denied; nothing is done.`,
    );
    expect((await desk.waiting()).map((one) => one.id)).toEqual([other]);
    expect(now()).toBe('{"port": 80}\n');
  });
});
