import type { Clock } from '../protocol/machine.ts';
import type { Channel, SendResult } from './channel.ts';
import {
  ATTEMPTS_BEFORE_FALLBACK,
  afterSend,
  dropOvertaken,
  dueLegs,
  type Entry,
  isOver,
  LONG_WAIT_MS,
  standIn,
} from './legs.ts';
import type { Outbox } from './outbox.ts';

export interface SenderOptions {
  outbox: Outbox;
  channels: readonly Channel[];
  /** By channel: which one tells it when that one cannot. */
  fallbacks: Readonly<Record<string, string | null>>;
  clock: Clock;
  /** From 0 up to 1. */
  random(): number;
  /** One line for the operator; once for each kind of trouble of a channel, and once when it is over. */
  log(line: string): void;
}

/** Sends what waits. At most one message a channel is on at a time; a slow one does not keep the others. */
export interface Sender {
  /** Begins what is due. Resolves when that is begun, not when it is done. */
  begin(): Promise<void>;
  /** Until nothing is due any more, or the time is over; what is on then still ends. How much waits. */
  drain(withinMs: number): Promise<number>;
  /** Until what is on has ended. */
  settled(): Promise<void>;
}

const LOOK_MS = 50;

export function createSender(options: SenderOptions): Sender {
  const { outbox, clock, log } = options;
  const channels = new Map(options.channels.map((channel) => [channel.name, channel]));
  const working = new Map<string, Promise<void>>();
  /** A channel that does not answer, or asked for patience, is left alone with all that waits for it. */
  const restUntil = new Map<string, number>();
  /** Attempts in a row that nobody answered. */
  const silences = new Map<string, number>();
  const troubles = new Map<string, string>();
  /** One process changes a message on two channels at once: each change is made to what the last one left. */
  let writing: Promise<void> = Promise.resolve();
  const current = new Map<string, Entry>();

  function change(name: string, first: Entry, make: (entry: Entry) => Entry): Promise<void> {
    const work = async (): Promise<void> => {
      const entry = make(current.get(name) ?? first);
      current.set(name, entry);
      await outbox.update(entry);
      if (isOver(entry)) current.delete(name);
    };
    const next = writing.then(work);
    writing = next.catch(() => {});
    return next;
  }

  async function send(entry: Entry, channel: Channel): Promise<void> {
    const { name } = channel;
    await change(entry.name, entry, (one) => ({
      ...one,
      legs: one.legs.map((leg) =>
        leg.channel === name && leg.state === 'waiting' ? { ...leg, attempts: leg.attempts + 1 } : leg,
      ),
    }));
    const { refs, channels: told } = await outbox.thread(entry.notice.thread);
    const result = await attempt(channel, entry, refs[name] ?? null, clock);
    const isNews = result.ok && (result.ref !== null || !told.includes(name));
    if (isNews) await outbox.noteTold(entry.notice.thread, name, result.ref);
    const fallback = options.fallbacks[name] ?? null;
    await change(entry.name, entry, (one) => {
      const after = afterSend(one, name, result, { now: clock.now(), random: options.random(), fallback });
      rest(after, name, result);
      return after;
    });
    tell(name, result);
  }

  function rest({ legs }: Entry, name: string, result: SendResult): void {
    // One message that is refused says nothing of the next; a silent server does.
    silences.set(name, result.ok || result.isFinal ? 0 : (silences.get(name) ?? 0) + 1);
    if (result.ok) restUntil.delete(name);
    else if (!result.isFinal)
      restUntil.set(
        name,
        Math.max(...legs.filter(({ channel }) => channel === name).map(({ nextAt }) => nextAt)),
      );
  }

  function tell(name: string, result: SendResult): void {
    const before = troubles.get(name);
    if (result.ok) {
      troubles.delete(name);
      if (result.note !== undefined) log(`notify: ${name}: ${result.note}`);
      if (before !== undefined) log(`notify: ${name} takes messages again`);
    } else if (before !== result.reason) {
      troubles.set(name, result.reason);
      log(`notify: ${name} took no message (${result.reason}); it is tried again`);
    }
  }

  async function waitingNow(): Promise<Entry[]> {
    const listed = (await outbox.waiting()).map((entry) => current.get(entry.name) ?? entry);
    return listed.filter((entry) => !isOver(entry));
  }

  async function begin(): Promise<number> {
    const now = clock.now();
    const entries = await waitingNow();
    const isOn = (entry: Entry): boolean =>
      entry.legs.some(({ channel, state }) => state === 'waiting' && working.has(channel));
    const isDown = (name: string): boolean =>
      (silences.get(name) ?? 0) >= ATTEMPTS_BEFORE_FALLBACK ||
      (restUntil.get(name) ?? 0) - now > LONG_WAIT_MS;
    for (const entry of dropOvertaken(entries, now))
      if (!isOn(entry)) await change(entry.name, entry, () => entry);
    for (const entry of standIn(await waitingNow(), isDown, options.fallbacks, now)) {
      if (!isOn(entry)) await change(entry.name, entry, () => entry);
    }
    const busy = (name: string): boolean =>
      working.has(name) || !channels.has(name) || (restUntil.get(name) ?? 0) > now;
    const due = dueLegs(await waitingNow(), now, busy);
    for (const { entry, channel: name } of due) {
      const channel = channels.get(name);
      if (channel === undefined) continue;
      const job = send(entry, channel)
        // A state folder in trouble: the message is still on disk, or was sent and is sent again.
        .catch((error: unknown) => {
          restUntil.set(name, clock.now() + 5_000);
          log(
            `notify: the outbox cannot be written: ${error instanceof Error ? error.message : String(error)}`,
          );
        })
        .finally(() => working.delete(name));
      working.set(name, job);
    }
    return due.length;
  }

  /** Until something is due again; Infinity: nothing will be. */
  async function untilNextMs(): Promise<number> {
    const now = clock.now();
    const times = (await waitingNow()).flatMap(({ legs }) =>
      legs
        .filter(({ channel, state }) => state === 'waiting' && channels.has(channel))
        .map(({ channel, nextAt }) => Math.max(nextAt, restUntil.get(channel) ?? 0)),
    );
    return Math.max(Math.min(...times) - now, LOOK_MS);
  }

  async function firstOf(work: Iterable<Promise<void>>, withinMs: number): Promise<void> {
    const done = new AbortController();
    await Promise.race([...work, clock.sleep(withinMs, done.signal)]);
    done.abort();
  }

  return {
    async begin() {
      await begin();
    },
    async drain(withinMs) {
      const end = clock.elapsed() + withinMs;
      for (;;) {
        const left = end - clock.elapsed();
        if (left <= 0) break;
        await begin();
        const waitMs = working.size > 0 ? left : await untilNextMs();
        if (waitMs > left) break;
        await firstOf(working.values(), waitMs);
      }
      return (await waitingNow()).length;
    },
    async settled() {
      while (working.size > 0) await Promise.all(working.values());
      await writing;
    },
  };
}

async function attempt(
  channel: Channel,
  { id, notice }: Entry,
  ref: string | null,
  clock: Clock,
): Promise<SendResult> {
  try {
    return await channel.send({ id, notice, ref, now: clock.now() });
  } catch (error) {
    // A bug of ours in one channel must not keep the others from telling.
    const reason = `a bug in steward: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, isFinal: true, reason, retryAfterMs: null };
  }
}
