import type { Listed, ListedChannel, ListedMessage, TestResult } from '../../app/telling/look-at-outbox.ts';

export function testLine({ channel, place, ok, reason, isFinal }: TestResult): string {
  if (ok) return `${channel}: sent to ${place}\n`;
  const hint = isFinal ? 'look at its settings and its secret' : 'it may work later';
  return `${channel}: NOT sent to ${place}: ${reason}; ${hint}\n`;
}

export function channelsText(channels: readonly ListedChannel[]): string {
  return channels.map(({ channel, kind, place }) => `${channel}  ${kind} to ${place}\n`).join('');
}

/** What waits and what was given up; with `isAll` also what was told. */
export function messagesText({ waiting, told, digest }: Listed, isAll: boolean): string {
  const failed = told.filter(({ legs }) => legs.some(({ state }) => state === 'failed'));
  const rest = isAll ? told.filter((one) => !failed.includes(one)) : [];
  const none = waiting.length === 0 ? 'Nothing waits.\n' : '';
  return [
    none,
    section('Waiting:', waiting),
    section('Given up:', failed),
    section('Told:', rest),
    digest.length === 0 ? '' : `For the digest: ${digest.length}\n`,
    ...(isAll ? digest.map(({ headline }) => `  ${headline}\n`) : []),
  ].join('');
}

function section(title: string, messages: readonly ListedMessage[]): string {
  return messages.length === 0 ? '' : `${title}\n${messages.map(messageText).join('')}`;
}

function messageText({ at, headline, legs }: ListedMessage): string {
  const ways = legs.map(({ channel, state, attempts, nextAt, reason, endedAt, insteadOf }) => {
    const why = reason === null ? '' : ` (${reason})`;
    const instead = insteadOf === null ? '' : ` in place of ${insteadOf}`;
    const when =
      state === 'waiting'
        ? `${attempts === 0 ? '' : `, tried ${attempts === 1 ? 'once' : `${attempts} times`}`}, next ${time(nextAt)}`
        : endedAt === null
          ? ''
          : ` ${time(endedAt)}`;
    return `    ${channel}${instead}: ${state}${when}${why}\n`;
  });
  return `  ${time(at)}  ${headline}\n${ways.join('')}`;
}

/** What scripts read; times as RFC 3339. */
export function messageFields({
  id,
  at,
  severity,
  headline,
  thread,
  legs,
}: ListedMessage): Record<string, unknown> {
  return {
    ...{ id, at: new Date(at).toISOString(), severity, thread, headline },
    channels: legs.map(({ channel, state, attempts, nextAt, reason, endedAt, insteadOf }) => ({
      channel,
      state,
      attempts,
      next_at: state === 'waiting' ? new Date(nextAt).toISOString() : null,
      ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
      reason,
      instead_of: insteadOf,
    })),
  };
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
