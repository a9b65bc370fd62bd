import type { WebAnswer } from '../protocol/machine.ts';
import type { Notice } from './notice.ts';

/** What one channel is asked to tell. */
export interface Message {
  /** The same for every attempt: by it a receiver knows what it has already. */
  id: string;
  notice: Notice;
  /** What this channel gave back for the first message of the thread; null: this is the first. */
  ref: string | null;
  /** Milliseconds since the epoch. */
  now: number;
}

export type SendResult =
  /**
   * `ref`: by what later messages of the thread find this one; null: nothing new. `note`: what the operator should know
   * all the same.
   */
  | { ok: true; ref: string | null; note?: string }
  /**
   * `isFinal`: the same will be said to the same again (a wrong token, no such chat). `reason` is for people and holds no
   * secret. `retryAfterMs`: as the other side asked for.
   */
  | { ok: false; isFinal: boolean; reason: string; retryAfterMs: number | null };

/** One way to people. `send` never throws for what the other side or the network does. */
export interface Channel {
  name: string;
  kind: ChannelKind;
  /** Where it goes, for people: without any secret. */
  place: string;
  /** A message that is there is brought up to date without a new one. */
  canUpdate: boolean;
  send(message: Message): Promise<SendResult>;
}

export const CHANNEL_KINDS = ['ntfy', 'telegram', 'mail', 'webhook'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** One request takes so long at most. */
export const SEND_TIMEOUT_MS = 15_000;
export const ANSWER_LIMIT_BYTES = 16 * 1024;

const LONGEST_WAIT_MS = 60 * 60 * 1000;

/** What a status means for us, whatever the service. `detail`: in its own words, to be cut and masked by the caller. */
export function failureOf(answer: WebAnswer, detail: string | null, now: number): SendResult {
  const { status, failure } = answer;
  if (status === null)
    return { ok: false, isFinal: false, reason: `no answer (${failure})`, retryAfterMs: null };
  const isFinal = status >= 300 && status < 500 && status !== 408 && status !== 425 && status !== 429;
  const words = detail === null || detail === '' ? '' : `: ${detail.replace(/\s+/g, ' ').slice(0, 160)}`;
  return {
    ok: false,
    isFinal,
    reason: `status ${status}${words}`,
    retryAfterMs: retryAfterMs(answer.retryAfter, now),
  };
}

/** Seconds or an HTTP date; an hour at most, whatever is asked for. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const seconds = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) : null;
  const ms = seconds === null ? Date.parse(header) - now : seconds * 1_000;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}
