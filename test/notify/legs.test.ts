import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterSend,
  dropOvertaken,
  dueLegs,
  type Entry,
  isOver,
  newLeg,
  standIn,
} from '../../src/notify/legs.ts';
import { aNotice, NOW } from './scenes.ts';

let number = 0;
function entry(thread: string, channels: string[], more: { isLoud?: boolean; nextAt?: number } = {}): Entry {
  number += 1;
  const { isLoud = true, nextAt = NOW } = more;
  return {
    id: `id${number}`,
    putAt: NOW,
    name: `${number}.json`,
    notice: aNotice({ thread, isLoud }),
    legs: channels.map((channel) => newLeg(channel, nextAt)),
  };
}
const idle = (): boolean => false;
const failed = (isFinal: boolean, retryAfterMs: number | null = null) =>
  ({ ok: false, isFinal, reason: 'no', retryAfterMs }) as const;
const attempted = (more: { random?: number; fallback?: string | null; now?: number } = {}) => ({
  now: NOW,
  random: 0,
  fallback: null,
  ...more,
});
const tried = (one: Entry, channel: string): Entry => ({
  ...one,
  legs: one.legs.map((leg) => (leg.channel === channel ? { ...leg, attempts: leg.attempts + 1 } : leg)),
});

describe('what is sent next', () => {
  test('is the oldest of each channel; what waits for one does not keep another', () => {
    const first = entry('a', ['phone', 'post']);
    const second = entry('b', ['phone', 'chat']);
    const due = dueLegs([first, second], NOW, (channel) => channel === 'post');
    expect(due.map(({ entry: { id }, channel }) => [id, channel])).toEqual([
      [first.id, 'phone'],
      [second.id, 'chat'],
    ]);
  });

  test('never overtakes in its thread, and goes round a thread that waits', () => {
    const first = entry('a', ['phone'], { nextAt: NOW + 1 });
    const second = entry('a', ['phone']);
    const third = entry('b', ['phone']);
    expect(dueLegs([first, second, third], NOW, idle).map(({ entry: { id } }) => id)).toEqual([third.id]);
  });

  test('is the last word of a thread, unless an earlier one rings and the last does not', () => {
    const opened = entry('a', ['phone', 'post']);
    const quiet = entry('a', ['phone'], { isLoud: false });
    const over = entry('a', ['phone']);
    const other = entry('b', ['phone']);
    const dropped = (entries: Entry[]) =>
      dropOvertaken(entries, NOW).map(({ id, legs }) => [id, legs.map(({ state }) => state)]);
    expect(dropped([opened, quiet])).toEqual([]);
    expect(dropped([opened, quiet, over, other])).toEqual([
      [opened.id, ['dropped', 'waiting']],
      [quiet.id, ['dropped']],
    ]);
  });
});

describe('after an attempt', () => {
  test('what failed comes back later and later, never sooner than it was asked to, and is given up after two days', () => {
    let one = tried(entry('a', ['phone']), 'phone');
    const waits: number[] = [];
    for (let times = 0; times < 10; times += 1) {
      one = tried(afterSend(one, 'phone', failed(false), attempted()), 'phone');
      waits.push(((one.legs[0]?.nextAt ?? 0) - NOW) / 1_000);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
    const asked = afterSend(
      tried(entry('a', ['phone']), 'phone'),
      'phone',
      failed(false, 33_000),
      attempted({ random: 0.99 }),
    );
    expect((asked.legs[0]?.nextAt ?? 0) - NOW).toBe(Math.ceil(33_000 * (1 + 0.99 / 4)));
    const last = afterSend(one, 'phone', failed(false), attempted({ now: NOW + 48 * 3_600_000 }));
    expect(last.legs.map(({ state, reason }) => [state, reason])).toEqual([['failed', 'no']]);
  });

  test('another channel tells it: at once where it is refused, after three attempts where nobody answers', () => {
    const channels = (one: Entry): string[] => one.legs.map(({ channel }) => channel);
    const with1 = attempted({ fallback: 'post' });
    let one = tried(entry('a', ['phone']), 'phone');
    expect(channels(afterSend(one, 'phone', failed(true), with1))).toEqual(['phone', 'post']);
    expect(channels(afterSend(one, 'phone', failed(false, 3_600_000), with1))).toEqual(['phone', 'post']);
    for (const expected of [['phone'], ['phone'], ['phone', 'post'], ['phone', 'post']]) {
      one = afterSend(one, 'phone', failed(false), with1);
      expect(channels(one)).toEqual(expected);
      one = tried(one, 'phone');
    }
    const told = afterSend(one, 'post', { ok: true, ref: null }, attempted());
    expect(told.legs.map(({ channel, state, reason }) => [channel, state, reason])).toEqual([
      ['phone', 'dropped', 'told by post'],
      ['post', 'told', null],
    ]);
    const back = afterSend(one, 'phone', { ok: true, ref: null }, attempted());
    expect(back.legs.map(({ state }) => state)).toEqual(['told', 'dropped']);
  });

  test('what was not tried yet is told by another while its channel is down, and not before the quiet hours end', () => {
    const held = entry('a', ['phone'], { nextAt: NOW + 60_000 });
    const known = entry('b', ['phone', 'post']);
    const added = standIn([held, known], (channel) => channel === 'phone', { phone: 'post' }, NOW);
    expect(
      added.map(({ id, legs }) => [id, legs.map(({ channel, nextAt }) => [channel, nextAt - NOW])]),
    ).toEqual([
      [
        held.id,
        [
          ['phone', 60_000],
          ['post', 60_000],
        ],
      ],
    ]);
  });
});

describe('the outbox as a whole', () => {
  test('loses nothing: after any row of failures every thread has its last word told, or one that says why not', () => {
    const channel = constantFrom('phone', 'chat', 'post');
    const puts = array(record({ thread: constantFrom('a', 'b', 'c'), channel, isLoud: boolean() }), {
      minLength: 1,
      maxLength: 12,
    });
    const luck = array(integer({ min: 0, max: 3 }), { maxLength: 60 });
    const fallbacks: Record<string, string | null> = { phone: 'post', chat: null, post: null };
    assert(
      property(puts, luck, (all, turns) => {
        let entries = all.map(({ thread, channel: name, isLoud }) => entry(thread, [name], { isLoud }));
        const told: string[] = [];
        const put = (changed: Entry): void => {
          entries = entries.map((one) => (one.id === changed.id ? changed : one));
        };
        let now = NOW;
        for (let turn = 0; turn < 400 && entries.some((one) => !isOver(one)); turn += 1) {
          const waiting = (): Entry[] => entries.filter((one) => !isOver(one));
          for (const changed of dropOvertaken(waiting(), now)) put(changed);
          for (const changed of standIn(waiting(), () => turns[turn] === 3, fallbacks, now)) put(changed);
          for (const { entry: one, channel: name } of dueLegs(waiting(), now, idle)) {
            const before = entries.find(({ id }) => id === one.id) ?? one;
            // In its place it was told a moment ago.
            if (!before.legs.some((leg) => leg.channel === name && leg.state === 'waiting')) continue;
            const outcome = turns[turn] ?? 0;
            const result = outcome === 0 ? ({ ok: true, ref: null } as const) : failed(outcome === 2);
            if (result.ok) told.push(one.id);
            put(
              afterSend(
                tried(before, name),
                name,
                result,
                attempted({ now, fallback: fallbacks[name] ?? null, random: 0.5 }),
              ),
            );
          }
          now += 20 * 60_000;
        }
        expect(entries.filter((one) => !isOver(one))).toEqual([]);
        // Each, or a later one of its thread that rings where it does.
        for (const [index, { notice }] of entries.entries()) {
          const isSaid = entries.some(
            (later, place) =>
              place >= index &&
              later.notice.thread === notice.thread &&
              (later.notice.isLoud || !notice.isLoud) &&
              later.legs.some(({ state }) => state === 'told'),
          );
          expect(isSaid).toBe(true);
        }
        for (const one of entries) {
          const tellings = one.legs.filter(({ state }) => state === 'told').length;
          expect(tellings).toBe(told.filter((id) => id === one.id).length);
        }
      }),
      { numRuns: 150 },
    );
  });
});
