import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { approvalsOf, approveChange, denyChange } from '../../../src/app/change/approve-change.ts';
import { carried } from '../../../src/app/change/through-executor.ts';
import { createRecorder } from '../../../src/app/run/recorder.ts';
import { openWorld } from '../../../src/app/world.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';
import type { ProposedNote } from '../../../src/protocol/knowledge.ts';
import { makeSocketFolder } from '../../socket-folder.ts';

const note = (title: string): ProposedNote => ({
  title,
  text: 'Plan a reboot.',
  appliesTo: ['nuc1'],
  confidence: 'high',
});
const { signal } = new AbortController();
const SILENT = { onEvent() {}, onDelta() {} };

/** A planner whose executor carries every change out, and says that it has shown these. */
async function openPlanner(learned: readonly ProposedNote[]) {
  const home = mkdtempSync(join(tmpdir(), 'steward-learned-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const world = await openWorld({
    ...{ env: { HOME: home }, cwd: home, settings: '{}', flagValues: {}, flagNames: {} },
    isPersistent: true,
  });
  const event = {
    type: 'change.ended',
    change: 'X1',
    end: 'held',
    failed: null,
    message: 'it holds',
    learned,
  };
  const done = { say: 'done', run: null, head: null, outcome: 'fixed', end: 'held', message: 'it holds' };
  const answers = [
    { say: 'event', time: '2026-11-21T03:00:00Z', event },
    { ...done, approval: null },
  ];
  const folder = makeSocketFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const socket = join(folder, 'executor.sock');
  const server = createServer((connection) => {
    connection.once('data', () => {
      connection.end(answers.map((line) => `${JSON.stringify(line)}\n`).join(''));
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => void server.close());
  const events: RunEvent[] = [];
  const recorder = createRecorder(world.masker, world.clock, {
    ...SILENT,
    onEvent: (one) => events.push(one),
  });
  return {
    world,
    events,
    take: () =>
      carried(
        { world, recorder, run: 'aaaabbbb-1', id: 'X4', socket, signal },
        { do: 'take', approval: 'a' },
      ),
    notices: () => events.flatMap((one) => (one.type === 'notice.given' ? [one.text] : [])),
    waiting: async () => (await approvalsOf(world).list()).filter(({ state }) => state === 'pending'),
    kept: () => {
      const folder = join(home, '.config/steward/knowledge');
      try {
        return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
      } catch {
        return [];
      }
    },
  };
}

describe('what the executor has learned', () => {
  it('waits as a note with whoever asked, in a run of its own, and is a file of theirs only after a yes', async () => {
    const planner = await openPlanner([note('A kernel waits for a reboot')]);
    expect(await planner.take()).toMatchObject({ kind: 'ended', end: 'held' });
    const [waits, ...others] = await planner.waiting();
    expect(others).toEqual([]);
    expect(waits).toMatchObject({ title: 'Keep a note: A kernel waits for a reboot', change: 'X1' });
    expect(waits?.run).not.toBe('aaaabbbb-1');
    expect(planner.notices()).toEqual([
      expect.stringContaining(
        `learned: A kernel waits for a reboot. As a note it waits for an answer as ${waits?.id}`,
      ),
    ]);
    expect(planner.events.filter(({ type }) => type === 'change.parked')).toEqual([]);
    expect(planner.kept()).toEqual([]);
    await approveChange(planner.world, { id: waits?.id ?? '', comment: null }, SILENT, signal);
    expect(planner.kept()).toEqual([
      expect.stringMatching(
        /learned_from: aaaabbbb\n[^#]*confidence: high\n---\n# A kernel waits for a reboot\n\nPlan a reboot/,
      ),
    ]);
    await planner.take();
    expect(await planner.waiting()).toEqual([]);
  });

  it('is proposed once: not while it waits, and not after a no', async () => {
    const planner = await openPlanner([note('One'), note('Two')]);
    await planner.take();
    await planner.take();
    const [first, second, ...others] = await planner.waiting();
    expect(others).toEqual([]);
    expect(planner.notices()).toHaveLength(2);
    for (const one of [first, second]) await denyChange(planner.world, { id: one?.id ?? '', comment: null });
    await planner.take();
    expect(await planner.waiting()).toEqual([]);
    expect([planner.notices().length, planner.kept()]).toEqual([2, []]);
  });
});
