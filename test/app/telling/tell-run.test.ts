import { describe, expect, test } from 'vitest';
import { createRunTeller } from '../../../src/app/telling/tell-run.ts';
import type { World } from '../../../src/app/world.ts';
import { OpsError } from '../../../src/lib/ops-error.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';
import type { Outcome, Reason } from '../../../src/protocol/outcome.ts';
import type { Trigger } from '../../../src/protocol/trigger.ts';
import { aFinding } from '../../notify/scenes.ts';
import { openRig, type Rig } from './telling-rig.ts';

const MANUAL: Trigger = { kind: 'manual', payload: null, parent: null };

function eventsOf(world: World, outcome: Outcome, reason: Reason, isFound = true): RunEvent[] {
  const run = crypto.randomUUID();
  // What nobody who tells people reads is left out.
  return [
    { type: 'run.opened', run, goal: 'health-check', host: world.host },
    { type: 'findings.judged', findings: isFound ? [aFinding()] : [], brokenRules: [] },
    { type: 'run.closed', outcome, reason, message: null, result: null, resumeAt: null },
  ] as unknown as RunEvent[];
}

async function tell(
  { world, lines }: Pick<Rig, 'world' | 'lines'>,
  events: readonly RunEvent[],
  trigger: Trigger = MANUAL,
): Promise<void> {
  const { signal } = new AbortController();
  const teller = createRunTeller(world, { trigger, signal, log: (line) => lines.push(line) });
  for (const event of events) teller.follow(event);
  await teller.tell();
}

describe('what a run tells when it ends', () => {
  test('is sent at once where nobody else sends, and left to whoever does', async () => {
    const rig = await openRig();
    const { world, desk, ntfy, lines } = rig;
    await tell(rig, eventsOf(world, 'escalated', 'escalated'));
    expect(ntfy.messages.map(({ title }) => title)).toEqual([
      expect.stringMatching(
        /^CRITICAL File system \/var is 97% full on \S+ since .*: steward looked, changed nothing/,
      ),
    ]);
    const lock = await desk.outbox.lockSender();
    await tell(rig, eventsOf(world, 'failed', 'login', false));
    expect([ntfy.messages.length, (await desk.outbox.waiting()).length, lines]).toEqual([1, 1, []]);
    lock?.release();
  });

  test('is nothing of an incident that a serve looks into: that is told in its thread', async () => {
    const rig = await openRig();
    const trigger: Trigger = { kind: 'alert', payload: { incident: 'i-1', alerts: [] }, parent: null };
    await tell(rig, eventsOf(rig.world, 'escalated', 'escalated'), trigger);
    expect([rig.ntfy.messages, await rig.desk.outbox.waiting()]).toEqual([[], []]);
  });

  test('waits for the digest when all is mended', async () => {
    const rig = await openRig();
    await tell(rig, eventsOf(rig.world, 'fixed', 'fixed'));
    expect(rig.ntfy.messages).toEqual([]);
    const [item] = await rig.desk.outbox.digest();
    expect(item?.notice.headline[0]).toBe('FIXED ');
  });

  test('is said also when the disk is full and nothing can be kept', async () => {
    const rig = await openRig();
    const full = (): Promise<never> =>
      Promise.reject(new OpsError('state-full', 'state-full', 'no space left on device'));
    const world: World = { ...rig.world, store: { ...rig.world.store, write: full } };
    await tell({ ...rig, world }, eventsOf(world, 'escalated', 'escalated'));
    expect([rig.ntfy.messages.length, rig.telegram.messages.length, rig.mail.mails.length]).toEqual([
      1, 1, 1,
    ]);
  });

  test('is nothing when the run could not be opened: its exit status says so', async () => {
    const rig = await openRig();
    await tell(rig, eventsOf(rig.world, 'failed', 'settings').slice(2));
    expect([rig.ntfy.messages, rig.lines]).toEqual([[], []]);
  });
});
