import { OpsError } from '../../lib/ops-error.ts';
import { type Channel, type Leg, type Notice, plainLine } from '../../notify/index.ts';
import type { World } from '../world.ts';
import type { Desk } from './open-desk.ts';

export interface TestResult {
  channel: string;
  place: string;
  ok: boolean;
  /** The same will be said again: it is the settings that are wrong, or the other side's. */
  isFinal: boolean;
  reason: string | null;
}

/** A message to one channel, or to each, past the outbox: whoever asks wants to see it now. OpsError `input` for none. */
export async function sendTest(world: World, desk: Desk, name: string | null): Promise<TestResult[]> {
  const wanted = desk.channels.filter((channel) => name === null || channel.name === name);
  if (wanted.length === 0) {
    throw new OpsError('no-channel', 'input', `there is no channel "${name}"`, {
      hint: `settings name ${desk.channels.map((channel) => channel.name).join(', ')}`,
    });
  }
  return Promise.all(wanted.map((channel) => testOf(world, channel)));
}

async function testOf({ clock, host, masker }: World, channel: Channel): Promise<TestResult> {
  const now = clock.now();
  const id = `test-${crypto.randomUUID()}`;
  const notice: Notice = {
    key: id,
    thread: id,
    // It has to ring: whether it does is what is tried.
    severity: 'warning',
    kind: 'test',
    isLoud: true,
    isSequel: false,
    at: now,
    headline: [`TEST from steward on ${host.hostname}: this channel reaches you`],
    body: [
      [`It is called "${channel.name}" in the settings. Nothing has happened, and nothing is to be done.`],
    ],
    link: null,
    facts: { test: true },
  };
  const result = await channel.send({ id, notice, ref: null, now });
  const { name, place } = channel;
  return result.ok
    ? { channel: name, place, ok: true, isFinal: false, reason: null }
    : { channel: name, place, ok: false, isFinal: result.isFinal, reason: masker.mask(result.reason) };
}

export interface ListedMessage {
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  severity: string;
  headline: string;
  thread: string;
  legs: Leg[];
}

export interface Listed {
  waiting: ListedMessage[];
  told: ListedMessage[];
  digest: { headline: string; at: number }[];
}

/** Also while a serve sends. */
export async function listMessages({ outbox }: Desk, mostTold: number): Promise<Listed> {
  const [waiting, told, digest] = await Promise.all([
    outbox.waiting(),
    outbox.told(mostTold),
    outbox.digest(),
  ]);
  const one = ({ id, notice, legs }: (typeof waiting)[number]): ListedMessage => ({
    ...{ id, at: notice.at, severity: notice.severity, thread: notice.thread, legs },
    headline: plainLine(notice.headline),
  });
  return {
    waiting: waiting.map(one),
    told: told.map(one),
    digest: digest.map(({ notice }) => ({ headline: plainLine(notice.headline), at: notice.at })),
  };
}

export interface ListedChannel {
  channel: string;
  kind: string;
  place: string;
}

export function describeChannels({ channels }: Desk): ListedChannel[] {
  return channels.map(({ name, kind, place }) => ({ channel: name, kind, place }));
}
