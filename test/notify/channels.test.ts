import { createHmac } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createWebSender } from '../../src/host/index.ts';
import {
  type Channel,
  type ChannelSettings,
  createChannel,
  type Notice,
  type SendResult,
} from '../../src/notify/index.ts';
import { startFaultyHttp } from '../wire/faulty-http.ts';
import { startMailServer } from '../wire/mail-server.ts';
import { startNtfyServer } from '../wire/ntfy-server.ts';
import { startTelegramServer, tooMany } from '../wire/telegram-server.ts';
import { aNotice, NOW } from './scenes.ts';

const NONE: ChannelSettings = {
  ...{
    kind: 'ntfy',
    url: null,
    topic: null,
    chat: null,
    server: null,
    from: null,
    to: null,
    user: null,
    fallback: null,
  },
};
/** For whoever answers, however busy the machine is; and for whoever never does. */
const [PATIENT_MS, HASTY_MS] = [20_000, 1_500];

const make = (
  settings: Partial<ChannelSettings>,
  secret: string | null,
  timeoutMs: number = PATIENT_MS,
): Channel =>
  createChannel(
    'phone',
    { ...NONE, ...settings },
    { secret, ca: null, web: createWebSender(), host: 'nuc1', timeoutMs },
  );
const send = (channel: Channel, more: Partial<Notice> = {}, ref: string | null = null): Promise<SendResult> =>
  channel.send({ id: 'abcdef0123456789', notice: aNotice(more), ref, now: NOW });
const later: Partial<Notice> = { headline: ['RECOVERED DiskFull'], kind: 'recovered', key: 'k2' };
const LONG = Array.from({ length: 900 }, (_, index) => [`line ${index} öö`]);

async function ntfy() {
  const server = await startNtfyServer();
  onTestFinished(() => server.close());
  return { server, channel: make({ kind: 'ntfy', url: server.url, topic: server.topic }, server.token) };
}

async function telegram() {
  const server = await startTelegramServer();
  onTestFinished(() => server.close());
  return { server, channel: make({ kind: 'telegram', url: server.url, chat: server.chat }, server.token) };
}

async function mail(secret?: string) {
  const server = await startMailServer();
  onTestFinished(() => server.close());
  const settings: Partial<ChannelSettings> = {
    ...{ kind: 'mail', server: `smtp://127.0.0.1:${server.port}`, from: 'steward@example.org' },
    ...{ to: ['anna@example.org', 'ben@example.org'], user: server.user },
  };
  const [channel, hasty] = [PATIENT_MS, HASTY_MS].map((timeoutMs) =>
    make(settings, secret ?? server.password, timeoutMs),
  ) as [Channel, Channel];
  return { server, channel, hasty };
}

describe('ntfy', () => {
  test('gets one sequence a thread: the phone shows the last word in place of the first', async () => {
    const { server, channel } = await ntfy();
    expect([
      await send(channel),
      await send(channel, later),
      await send(channel, { thread: 'other' }),
    ]).toEqual(Array(3).fill({ ok: true, ref: null }));
    expect(server.shown().map(({ title, priority, tags, click }) => [title, priority, tags, click])).toEqual([
      ['RECOVERED DiskFull', 3, ['white_check_mark'], 'https://steward.example.org/incidents/i-1'],
      [
        'CRITICAL DiskFull on nuc1 since 02:14: steward has not looked yet',
        5,
        ['rotating_light'],
        'https://steward.example.org/incidents/i-1',
      ],
    ]);
  });

  test('takes titles and texts of any length, and silent ones make no sound', async () => {
    const { server, channel } = await ntfy();
    expect(
      await send(channel, { body: LONG, headline: [{ outside: 'ä'.repeat(3_000) }], isLoud: false }),
    ).toEqual({ ok: true, ref: null });
    const [message] = server.messages;
    expect([message?.priority, message?.message.includes('… (cut here)')]).toEqual([2, true]);
  });

  test('says what went wrong without the token, and for how long it wants peace', async () => {
    const { server, channel } = await ntfy();
    server.faults.push(
      { status: 429, headers: { 'retry-after': '7' }, body: '{"error":"limit reached: too many messages"}' },
      { status: 500 },
      'reset',
      'hang',
    );
    const results = [];
    for (let times = 0; times < 3; times += 1) results.push(await send(channel));
    const ours = { kind: 'ntfy', url: server.url, topic: server.topic } as const;
    results.push(await send(make(ours, server.token, HASTY_MS)));
    const wrong = make({ kind: 'ntfy', url: server.url, topic: server.topic }, 'tk_another');
    results.push(await send(wrong));
    await server.down();
    results.push(await send(channel));
    expect(results).toEqual([
      {
        ok: false,
        isFinal: false,
        reason: 'status 429: limit reached: too many messages',
        retryAfterMs: 7_000,
      },
      { ok: false, isFinal: false, reason: 'status 500', retryAfterMs: null },
      { ok: false, isFinal: false, reason: 'no answer (reset)', retryAfterMs: null },
      { ok: false, isFinal: false, reason: 'no answer (timeout)', retryAfterMs: null },
      { ok: false, isFinal: true, reason: 'status 401: unauthorized', retryAfterMs: null },
      { ok: false, isFinal: false, reason: expect.stringMatching(/^no answer/), retryAfterMs: null },
    ]);
    await server.up();
    expect(await send(channel)).toEqual({ ok: true, ref: null });
  });

  test('is not followed to where it was not sent', async () => {
    const { server, channel } = await ntfy();
    server.faults.push({ status: 308, headers: { location: 'http://127.0.0.1:1/' } });
    expect(await send(channel)).toMatchObject({ ok: false, isFinal: true, reason: 'status 308' });
  });
});

describe('telegram', () => {
  test('brings the card up to date in place, and replies to it what should be heard', async () => {
    const { server, channel } = await telegram();
    const first = await send(channel);
    const ref = first.ok ? first.ref : null;
    await send(channel, { headline: ['anna has it'], isLoud: false }, ref);
    await send(channel, later, ref);
    expect(server.messages.map(({ text, replyTo, edits }) => [text.split('\n')[0], replyTo, edits])).toEqual([
      ['RECOVERED DiskFull', null, 2],
      ['RECOVERED DiskFull', Number(ref), 0],
    ]);
  });

  test('makes no link, mention or command of words from outside: they are code', async () => {
    const { server, channel } = await telegram();
    const evil = '<a href="x">*bold*</a> https://evil.example/ @admin /start evil.com [x](y)';
    await send(channel, {
      headline: ['CRITICAL ', { outside: evil }],
      body: [['> ', { outside: evil }]],
      link: null,
    });
    const [message] = server.messages;
    expect(message?.text).toBe(`CRITICAL ${evil}\n\n> ${evil}`);
    expect(
      message?.entities.map(({ type, offset, length }) => [
        type,
        message.text.slice(offset, offset + length),
      ]),
    ).toEqual([
      ['code', evil],
      ['code', evil],
    ]);
  });

  test('gets a new card where the old one is gone, and takes an edit that it has already for done', async () => {
    const { server, channel } = await telegram();
    const first = await send(channel);
    const ref = first.ok ? first.ref : null;
    expect(await send(channel, { isLoud: false }, ref)).toEqual({ ok: true, ref: null });
    server.remove(Number(ref));
    const again = await send(channel, later, ref);
    expect(again).toEqual({ ok: true, ref: String(server.messages[0]?.id) });
    expect(server.messages.length).toBe(1);
  });

  test('cuts at 4096, and says what went wrong without the token in its address', async () => {
    const { server, channel } = await telegram();
    expect((await send(channel, { body: LONG })).ok).toBe(true);
    expect(server.messages[0]?.text.length).toBeLessThanOrEqual(4_096);
    server.faults.push(tooMany(33), 'reset');
    const results = [await send(channel), await send(channel)];
    const wrong = make({ kind: 'telegram', url: server.url, chat: server.chat }, '99:AAwrongwrong');
    const elsewhere = make({ kind: 'telegram', url: server.url, chat: '42' }, server.token);
    results.push(await send(wrong), await send(elsewhere));
    expect(results).toEqual([
      {
        ok: false,
        isFinal: false,
        reason: 'status 429: Too Many Requests: retry after 33',
        retryAfterMs: 33_000,
      },
      { ok: false, isFinal: false, reason: 'no answer (reset)', retryAfterMs: null },
      { ok: false, isFinal: true, reason: 'status 401: Unauthorized', retryAfterMs: null },
      { ok: false, isFinal: true, reason: 'status 400: Bad Request: chat not found', retryAfterMs: null },
    ]);
  });
});

describe('mail', () => {
  test('is one thread, the same message the same in each attempt, and answered by no holiday', async () => {
    const { server, channel } = await mail();
    const first = await send(channel);
    await send(channel);
    await channel.send({ id: 'second', notice: aNotice(later), ref: first.ok ? first.ref : null, now: NOW });
    const ids = server.mails.map(({ headers }) => [
      headers['message-id'],
      headers['in-reply-to'],
      headers.references,
    ]);
    const root = '<abcdef0123456789@nuc1>';
    expect(ids).toEqual([
      [root, undefined, undefined],
      [root, undefined, undefined],
      ['<second@nuc1>', root, root],
    ]);
    const [one] = server.mails;
    expect(one).toMatchObject({
      from: 'steward@example.org',
      to: ['anna@example.org', 'ben@example.org'],
      user: 'steward',
    });
    expect(one?.headers.subject).toBe('CRITICAL DiskFull on nuc1 since 02:14: steward has not looked yet');
    expect(one?.headers['auto-submitted']).toBe('auto-generated');
    expect(one?.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(one?.text.replaceAll('\r\n', '\n')).toContain(
      '> /var is 97% full\n\nhttps://steward.example.org/incidents/i-1',
    );
  });

  test('has no header that a subject made, whatever is in it', async () => {
    const { server, channel } = await mail();
    const evil = 'x\r\nBcc: evil@example.com\r\n\r\nbody\n.\r\nMAIL FROM:<x@y>\u2028Cc: z';
    await send(channel, { headline: [evil], body: [['.'], [{ outside: evil }], ['.']] });
    expect(server.mails.length).toBe(1);
    const [one] = server.mails;
    expect(one?.to).toEqual(['anna@example.org', 'ben@example.org']);
    expect([one?.headers.bcc, one?.headers.cc]).toEqual([undefined, undefined]);
    expect(one?.headers.subject).toMatch(/^x Bcc: evil/);
  });

  test('tells what will not be taken from what may be taken later, and never the password', async () => {
    const { server, channel, hasty } = await mail();
    server.faults.push({ at: 'login', status: 454 }, { at: 'data', status: 554 }, 'cut', 'hang', {
      at: 'data',
      status: 451,
    });
    const results = [];
    for (const each of [channel, channel, channel, hasty, channel]) results.push(await send(each));
    const { channel: wrong } = await mail('another-password');
    results.push(await send(wrong));
    await server.down();
    results.push(await send(channel));
    const shown = results.map((result) => (result.ok ? 'ok' : [result.isFinal, result.reason]));
    expect(shown).toEqual([
      [false, 'the login was refused, the server says 454'],
      [true, 'the message was refused, the server says 554'],
      [false, 'the dialogue broke off, the server says 421'],
      [false, 'no answer in time'],
      [false, 'the message was refused, the server says 451'],
      [true, 'the login was refused, the server says 535'],
      [false, 'no connection'],
    ]);
    expect(JSON.stringify(results)).not.toContain('another-password');
  });

  test('that one of two was refused for now goes to that one again, and to the other once', async () => {
    const { server, channel } = await mail();
    server.faults.push({ at: 'recipient', status: 450 });
    expect(await send(channel)).toMatchObject({
      ok: false,
      isFinal: false,
      reason: '1 of 2 recipients were refused (450)',
    });
    expect((await send(channel)).ok).toBe(true);
    expect(server.mails.map(({ to }) => to)).toEqual([['ben@example.org'], ['anna@example.org']]);
    server.faults.push({ at: 'recipient', status: 550 });
    expect(await send(channel)).toMatchObject({ ok: true, note: '1 of 2 recipients were refused (550)' });
  });

  test('goes to nobody who cannot show a certificate that is trusted', async () => {
    const server = await startMailServer({ isSecure: true });
    onTestFinished(() => server.close());
    const settings: Partial<ChannelSettings> = {
      ...{
        kind: 'mail',
        server: `smtp://127.0.0.1:${server.port}`,
        from: 'a@example.org',
        to: ['b@example.org'],
        user: server.user,
      },
    };
    const channel = createChannel(
      'post',
      { ...NONE, ...settings },
      {
        ...{ secret: server.password, ca: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n' },
        ...{ web: createWebSender(), host: 'nuc1', timeoutMs: PATIENT_MS },
      },
    );
    expect((await send(channel)).ok).toBe(false);
    expect(server.mails).toEqual([]);
  });
});

describe('a webhook', () => {
  test('gets JSON that is signed with the time of the attempt, and a key that stays the same', async () => {
    const server = await startFaultyHttp(() => ({ status: 204, body: '' }));
    onTestFinished(() => server.close());
    const channel = make({ kind: 'webhook', url: `${server.url}/hook` }, 'signing-key');
    expect(await send(channel, { facts: { incident: 'i-1' } })).toEqual({ ok: true, ref: null });
    const [taken] = server.requests;
    const time = String(NOW / 1_000);
    const mac = createHmac('sha256', 'signing-key').update(`${time}.${taken?.body}`).digest('hex');
    expect(taken?.headers).toMatchObject({
      'x-steward-signature': `sha256=${mac}`,
      'x-steward-timestamp': time,
      'idempotency-key': 'abcdef0123456789',
      'content-type': 'application/json',
    });
    expect(JSON.parse(taken?.body ?? '')).toEqual({
      ...{
        version: 1,
        id: 'abcdef0123456789',
        thread: 'incident:i-1',
        kind: 'opened',
        severity: 'critical',
        loud: true,
      },
      at: '2026-11-21T02:00:00.000Z',
      headline: 'CRITICAL DiskFull on nuc1 since 02:14: steward has not looked yet',
      ...{
        text: '> /var is 97% full',
        link: 'https://steward.example.org/incidents/i-1',
        facts: { incident: 'i-1' },
      },
    });
  });
});

describe('a channel', () => {
  test('that is not complete is refused by name', () => {
    const cases: Partial<ChannelSettings>[] = [
      { kind: 'ntfy', url: 'https://ntfy.sh' },
      { kind: 'telegram', chat: '1' },
      { kind: 'mail', server: 'smtp://x', from: 'a@b' },
      { kind: 'webhook' },
    ];
    const messages = cases.map((settings) => {
      try {
        make(settings, null);
        return 'made';
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    });
    expect(messages).toEqual([
      'notify.channels.phone: ntfy needs topic',
      'notify.channels.phone: telegram needs secret_env, secret_credential or secret_file, and a token in it',
      'notify.channels.phone: mail needs to',
      'notify.channels.phone: webhook needs url',
    ]);
  });
});
