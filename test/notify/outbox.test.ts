import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryStore, openDiskStore } from '../../src/host/index.ts';
import type { Channel, SendResult } from '../../src/notify/channel.ts';
import { createOutbox, type Notice, type Outbox } from '../../src/notify/index.ts';
import { createSender, type Sender } from '../../src/notify/sender.ts';
import type { StateStore } from '../../src/protocol/store.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { aNotice, NOW } from './scenes.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'steward-outbox-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
const route =
  (channels: string[], toDigest = false) =>
  () => ({ channels, toDigest, notBefore: NOW });
const put = (outbox: Outbox, more: Partial<Notice> = {}, channels = ['phone'], now = NOW) =>
  outbox.put(aNotice(more), route(channels), { now });

const stores: [string, () => StateStore][] = [
  ['on disk', () => openDiskStore(folder())],
  ['in memory', () => createMemoryStore('a test')],
];

describe.each(stores)('an outbox %s', (_name, openStore) => {
  test('takes a message once, whoever puts it, and tells what a thread has', async () => {
    const store = openStore();
    const outbox = createOutbox(store);
    expect([await put(outbox), await put(outbox), await put(createOutbox(store))]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await put(outbox, { key: 'second', kind: 'changed' }, ['post'], NOW + 5)).toBe(true);
    expect(await outbox.thread('incident:i-1')).toMatchObject({
      channels: ['phone', 'post'],
      firingSince: NOW,
      updatedAt: NOW + 5,
    });
    const [first, second] = await outbox.waiting();
    expect([first?.notice, second?.notice.key]).toEqual([aNotice(), 'second']);
  });

  test('knows what was told also when that is long removed, and keeps nothing that nobody is told', async () => {
    const outbox = createOutbox(openStore());
    await put(outbox);
    const [entry] = await outbox.waiting();
    if (entry === undefined) throw new Error('nothing waits');
    await outbox.update({
      ...entry,
      legs: entry.legs.map((leg) => ({ ...leg, state: 'told', endedAt: NOW })),
    });
    expect([await outbox.waiting(), (await outbox.told(9)).map(({ id }) => id)]).toEqual([[], [entry.id]]);
    expect(await put(outbox)).toBe(false);
    await outbox.prune(NOW + 1);
    expect([await outbox.told(9), await put(outbox), await outbox.waiting()]).toEqual([[], false, []]);
    expect(await put(outbox, { key: 'k', thread: 't' }, [])).toBe(false);
    expect(await outbox.waiting()).toEqual([]);
  });

  test('keeps the order in which things were put, also when the clock goes back', async () => {
    const outbox = createOutbox(openStore());
    const keys = ['a', 'b', 'c', 'd'];
    for (const [index, key] of keys.entries())
      await put(outbox, { key, thread: key }, ['phone'], NOW - index * 1_000);
    expect((await outbox.waiting()).map(({ notice }) => notice.key)).toEqual(keys);
  });

  test('holds what can wait until the digest', async () => {
    const outbox = createOutbox(openStore());
    expect(await outbox.put(aNotice(), route([], true), { now: NOW })).toBe(true);
    expect(await outbox.put(aNotice(), route([], true), { now: NOW })).toBe(false);
    const items = await outbox.digest();
    expect(items.map(({ notice }) => notice)).toEqual([aNotice()]);
    expect((await outbox.thread('incident:i-1')).inDigest).toBe(true);
    await outbox.removeFromDigest(items.map(({ id }) => id));
    expect(await outbox.digest()).toEqual([]);
  });

  test('has one sender at a time', async () => {
    const store = openStore();
    const lock = await createOutbox(store).lockSender();
    expect(await createOutbox(store).lockSender()).toBeUndefined();
    lock?.release();
    expect(await createOutbox(store).lockSender()).toBeDefined();
  });
});

interface Rig {
  outbox: Outbox;
  sender: Sender;
  sent: string[];
  answers: SendResult[];
  lines: string[];
  clock: ReturnType<typeof createFakeClock>;
}

/** Channels that do as `answers` say, and say yes when there is none. */
function rig(fallbacks: Record<string, string | null> = {}): Rig {
  const clock = createFakeClock({ now: NOW });
  const outbox = createOutbox(createMemoryStore('a test'));
  const sent: string[] = [];
  const answers: SendResult[] = [];
  const lines: string[] = [];
  const channels = ['phone', 'post'].map(
    (name): Channel => ({
      ...{ name, kind: 'webhook', place: name, canUpdate: true },
      async send({ notice, ref }) {
        const answer = answers.shift() ?? { ok: true, ref: ref ?? `${name}-1` };
        sent.push(`${name} ${notice.key}${ref === null ? '' : ` after ${ref}`}${answer.ok ? '' : ' no'}`);
        return answer;
      },
    }),
  );
  const sender = createSender({
    outbox,
    channels,
    fallbacks,
    clock,
    random: () => 0,
    log: (line) => lines.push(line),
  });
  return { outbox, sender, sent, answers, lines, clock };
}

/** As often as the loop of a serve would, for so long. */
async function pass({ sender, clock }: Rig, ms: number): Promise<void> {
  for (let passedMs = 0; passedMs <= ms; passedMs += 1_000) {
    await sender.begin();
    await sender.settled();
    await clock.advance(1_000);
  }
}
const no = (isFinal = false): SendResult => ({ ok: false, isFinal, reason: 'closed', retryAfterMs: null });

describe('the sender', () => {
  test('tells later messages of a thread what the first gave back', async () => {
    const all = rig();
    await put(all.outbox);
    expect(await all.sender.drain(1_000)).toBe(0);
    await put(all.outbox, { key: 'next' });
    await pass(all, 0);
    expect(all.sent).toEqual(['phone incident:i-1:open:1', 'phone next after phone-1']);
  });

  test('tries again until it is told, says once what keeps it, and once that it is over', async () => {
    const all = rig();
    all.answers.push(no(), no(), no());
    await put(all.outbox);
    await pass(all, 40_000);
    expect(all.sent.map((line) => line.endsWith(' no'))).toEqual([true, true, true, false]);
    expect(all.lines).toEqual([
      'notify: phone took no message (closed); it is tried again',
      'notify: phone takes messages again',
    ]);
  });

  test('leaves a silent channel in peace with all that waits for it, and tells it by the other', async () => {
    const all = rig({ phone: 'post' });
    all.answers.push(no(), no(), no());
    for (const key of ['a', 'b']) await put(all.outbox, { key, thread: key });
    await pass(all, 30_000);
    expect(all.sent.filter((line) => line.startsWith('post')).sort()).toEqual(['post a', 'post b']);
    expect(await all.outbox.waiting()).toEqual([]);
  });

  test('knows who heard of a thing also where a channel stood in for another', async () => {
    const all = rig({ phone: 'post' });
    all.answers.push(no(true));
    await put(all.outbox);
    await pass(all, 2_000);
    expect(all.sent).toEqual(['phone incident:i-1:open:1 no', 'post incident:i-1:open:1']);
    expect(await all.outbox.thread('incident:i-1')).toMatchObject({
      channels: ['phone', 'post'],
      refs: { post: 'post-1' },
    });
  });

  test('keeps nobody waiting for a channel that hangs', async () => {
    const { outbox, clock } = rig();
    const told: string[] = [];
    const channel = (name: string, send: () => Promise<SendResult>): Channel => ({
      ...{ name, kind: 'webhook', place: name, canUpdate: true, send },
    });
    const hanging = channel('phone', () => new Promise(() => {}));
    const working = channel('post', async () => {
      told.push('post');
      return { ok: true, ref: null };
    });
    const sender = createSender({
      ...{ outbox, channels: [hanging, working], fallbacks: {}, clock, random: () => 0, log: () => {} },
    });
    for (const key of ['a', 'b', 'c']) await put(outbox, { key, thread: key }, ['phone', 'post']);
    // Whoever waits for a lock looks again by the clock, so turns of the event loop are no measure.
    await vi.waitFor(
      async () => {
        await sender.begin();
        expect(told.length).toBe(3);
      },
      { timeout: 15_000, interval: 1 },
    );
    expect((await outbox.waiting()).map(({ legs }) => legs.map(({ attempts }) => attempts))).toEqual([
      [1, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  test('does not stop at a message that is refused', async () => {
    const all = rig();
    all.answers.push(no(true));
    for (const key of ['a', 'b']) await put(all.outbox, { key, thread: key });
    await pass(all, 1_000);
    expect(all.sent).toEqual(['phone a no', 'phone b']);
    expect((await all.outbox.waiting()).length).toBe(1);
  });
});
