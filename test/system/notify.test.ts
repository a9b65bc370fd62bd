import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startFaultyHttp } from '../wire/faulty-http.ts';
import { startMailServer } from '../wire/mail-server.ts';
import { startNtfyServer } from '../wire/ntfy-server.ts';
import { startTelegramServer, tooMany } from '../wire/telegram-server.ts';
import { alertBody, startServing } from './serving.ts';
import { type Box, createBox } from './steward.ts';

/** Generous: other tests run beside this one. */
const WITHIN_MS = 80_000;

async function until<T>(
  what: string,
  look: () => T | null | false | undefined | Promise<T | null | false | undefined>,
): Promise<T> {
  const end = performance.now() + WITHIN_MS;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false && found !== undefined) return found;
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A box whose settings name a phone, a chat and a mailbox, each with a server behind it. */
async function reachable(more = '') {
  const [ntfy, telegram, mail] = [
    await startNtfyServer(),
    await startTelegramServer(),
    await startMailServer(),
  ];
  for (const server of [ntfy, telegram, mail]) onTestFinished(() => server.close());
  const secrets = { ntfy: ntfy.token, BOT_ACCESS: telegram.token, file: mail.password };
  const box = createBox({ BOT_ACCESS: telegram.token });
  // Each in a way of its own: as systemd gives it, from the environment, from a file.
  box.env.CREDENTIALS_DIRECTORY = dirname(box.write('credentials/ntfy', `${ntfy.token}\n`));
  const passwordFile = box.write('secrets/mail', `${mail.password}\n`);
  const channels = {
    phone: { kind: 'ntfy', url: ntfy.url, topic: ntfy.topic, secret_credential: 'ntfy', fallback: 'post' },
    chat: { kind: 'telegram', url: telegram.url, chat: telegram.chat, secret_env: 'BOT_ACCESS' },
    post: {
      ...{
        kind: 'mail',
        server: `smtp://127.0.0.1:${mail.port}`,
        user: mail.user,
        secret_file: passwordFile,
      },
      ...{ from: 'steward@example.org', to: ['anna@example.org'] },
    },
  };
  const settings = (rest: string): string =>
    `notify: ${JSON.stringify({ channels })}\npages: { url: "https://steward.example.org" }\n${rest}`;
  const configure = (rest: string): string => box.write('.config/steward/steward.yaml', settings(rest));
  configure(more);
  return { box, ntfy, telegram, mail, secrets, configure, channels };
}

/** Found before midnight and told after it, it has a date too. */
const FOUND =
  /^CRITICAL web at .* on \S+ since (?:\d{4}-\d\d-\d\d )?\d\d:\d\d: steward looked, changed nothing, and leaves it to you$/;
const BROKEN = 'endpoints: [{ name: web, url: "http://127.0.0.1:1/" }]\n';
const probes = (rest = ''): string =>
  `probes: { disabled: [load, pressure, memory, disk, inodes, journal, oom, listening] }\n${rest}`;

interface Listed {
  waiting: {
    headline: string;
    channels: { channel: string; state: string; reason: string | null; instead_of: string | null }[];
  }[];
  told: Listed['waiting'];
  digest: { headline: string }[];
}

async function list(box: Box): Promise<Listed> {
  const { stdout, stderr, code } = await box.run(['notify', 'list', '--json']);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Listed;
}

describe('steward notify test', () => {
  test('reaches every channel, and says of each whether it did, and never a secret', async () => {
    const { box, ntfy, telegram, mail, secrets } = await reachable();
    const all = await box.run(['notify', 'test']);
    expect([all.code, all.stdout.split('\n').map((line) => line.split(' to ')[0])]).toEqual([
      0,
      ['phone: sent', 'chat: sent', 'post: sent', ''],
    ]);
    const texts = [ntfy.messages[0]?.title, telegram.messages[0]?.text, mail.mails[0]?.headers.subject];
    for (const text of texts) expect(text).toMatch(/^TEST from steward on \S+: this channel reaches you/);
    const wrong = await box.run(['notify', 'test', 'chat'], {
      env: { BOT_ACCESS: '123456789:AAwrongWrongWrong' },
    });
    expect([wrong.code, wrong.stdout]).toEqual([52, expect.stringContaining('chat: NOT sent')]);
    expect(wrong.stdout).toContain('status 401: Unauthorized; look at its settings and its secret');
    ntfy.faults.push({ status: 503 });
    expect((await box.run(['notify', 'test', 'phone'])).code).toBe(75);
    for (const secret of [...Object.values(secrets), 'AAwrongWrongWrong']) {
      expect(wrong.stdout + wrong.stderr + all.stdout + all.stderr).not.toContain(secret);
    }
    expect((await box.run(['doctor'])).stdout).toContain(
      'People          told on phone (ntfy), chat (telegram), post (mail)',
    );
    expect((await box.run(['notify', 'test', 'nobody'])).stderr).toContain('settings name phone, chat, post');
  });

  test('says by name what is wrong with the settings', async () => {
    const box = createBox();
    const cases: [string, RegExp][] = [
      ['', /settings name no channel/],
      [
        'notify: { channels: { a: { kind: ntfy, url: "https://x.example" } } }',
        /notify\.channels\.a: ntfy needs topic/,
      ],
      [
        'notify: { channels: { a: { kind: webhook, url: "https://x.example", fallback: b } } }',
        /a\.fallback: there is no channel "b"/,
      ],
      [
        'notify: { channels: { a: { kind: webhook, url: "https://x.example" } }, routes: { info: [c] } }',
        /routes\.info: there is no channel "c"/,
      ],
      [
        'notify: { channels: { a: { kind: webhook, url: "https://x.example", secret_credential: k } } }',
        /a: its secret is not there/,
      ],
      ['notify: { channels: { a: { kind: pigeon } } }', /steward\.yaml:1/],
    ];
    for (const [yaml, expected] of cases) {
      box.write('.config/steward/steward.yaml', `${yaml}\n`);
      const { code, stderr } = await box.run(['notify', 'test']);
      expect([yaml, code, expected.test(stderr)]).toEqual([yaml, 52, true]);
    }
    box.write('.config/steward/steward.yaml', 'notify: { channels: { a: { kind: ntfy } } }\n');
    const serve = await box.run(['serve', '--listen', '127.0.0.1:0']);
    expect([serve.code, serve.stderr]).toEqual([52, expect.stringContaining('a: ntfy needs url')]);
  });
});

describe('a run that nobody watches', () => {
  test('tells what it found once, is silent while that cools down, and says in the same thread that it is well', async () => {
    const { box, ntfy, telegram, mail, secrets, configure } = await reachable(probes(BROKEN));
    const run = async () => box.run(['run', 'health-check']);
    expect((await run()).code).toBe(60);
    expect((await run()).code).toBe(60);
    expect(ntfy.messages.map(({ title }) => FOUND.test(title))).toEqual([true]);
    expect([telegram.messages.length, mail.mails.length]).toEqual([1, 1]);
    configure(probes());
    const well = await run();
    expect([well.code, well.stdout]).toEqual([0, expect.stringContaining('HEALTHY')]);
    expect(ntfy.shown().map(({ title }) => title.split(' ')[0])).toEqual(['RECOVERED']);
    expect(telegram.messages.map(({ text, replyTo }) => [text.split(' ')[0], replyTo])).toEqual([
      ['RECOVERED', null],
      ['RECOVERED', telegram.messages[0]?.id],
    ]);
    expect(mail.mails[1]?.headers['in-reply-to']).toBe(mail.mails[0]?.headers['message-id']);
    expect((await run()).code).toBe(0);
    expect(ntfy.messages.length).toBe(2);
    expect(JSON.stringify(await list(box))).not.toContain(secrets.BOT_ACCESS);
  });

  test('tells it on another channel when the first is down, and leaves what nobody takes to `notify flush`', async () => {
    const { box, ntfy, telegram, mail } = await reachable(probes(BROKEN));
    await Promise.all([ntfy.down(), telegram.down()]);
    const { code, stderr } = await box.run(['run', 'health-check']);
    expect(code).toBe(60);
    expect(stderr).toContain('notify: 1 message wait');
    // The mail that was routed there, and no second one in place of the phone: a mailbox needs it once.
    expect(mail.mails.length).toBe(1);
    const [waiting] = (await list(box)).waiting;
    expect(waiting?.channels.map(({ channel, state }) => [channel, state])).toEqual([
      ['phone', 'waiting'],
      ['chat', 'waiting'],
      ['post', 'told'],
    ]);
    await Promise.all([ntfy.up(), telegram.up()]);
    const flushed = await until('all is sent', async () => {
      const ended = await box.run(['notify', 'flush']);
      return ended.code === 0 && ended;
    });
    expect(flushed.stdout).toBe('Nothing waits.\n');
    expect([ntfy.messages.length, telegram.messages.length, mail.mails.length]).toEqual([1, 1, 1]);
  });

  test('of a timer tells it as an incident, which serve goes on with and does not tell again', async () => {
    const web = await startFaultyHttp(() => ({ status: 200, body: '' }));
    onTestFinished(() => web.close());
    await web.down();
    const { box, ntfy } = await reachable(probes(`endpoints: [{ name: web, url: "${web.url}" }]\n`));
    const timer = { env: { INVOCATION_ID: '0123456789abcdef0123456789abcdef' } };
    expect((await box.run(['run', 'health-check'], timer)).code).toBe(60);
    expect(ntfy.messages.map(({ title }) => title)).toEqual([expect.stringMatching(FOUND)]);
    const serving = await startServing(box, ['--no-runs']);
    expect((await box.run(['run', 'health-check'], timer)).code).toBe(60);
    await web.up();
    expect((await box.run(['run', 'health-check'], timer)).code).toBe(0);
    await until('the end is told', () => ntfy.shown().some(({ title }) => title.startsWith('RECOVERED')));
    serving.child.kill('SIGTERM');
    await serving.ended;
    expect(ntfy.messages.map(({ title }) => title.split(' ')[0])).toEqual(['CRITICAL', 'RECOVERED']);
    expect(ntfy.shown().length).toBe(1);
  });

  test('still ends as it ends where people cannot be told, and says why on stderr', async () => {
    const box = createBox();
    box.write(
      '.config/steward/steward.yaml',
      `notify: { channels: { a: { kind: ntfy } } }\n${probes(BROKEN)}`,
    );
    const { code, stderr } = await box.run(['run', 'health-check']);
    expect([code, stderr]).toEqual([
      60,
      expect.stringContaining('notify: notify.channels.a: ntfy needs url'),
    ]);
  });
});

describe('steward serve', () => {
  test('tells of an incident once in each state, in one thread, and of its end', async () => {
    const { box, ntfy, telegram, mail } = await reachable();
    const serving = await startServing(box, ['--no-runs']);
    telegram.faults.push(tooMany(1));
    ntfy.faults.push({ status: 500 });
    await serving.post('/alertmanager/main', alertBody('DiskFull', { instance: 'nuc1:9100' }));
    await until(
      'all three are told',
      () => ntfy.messages.length === 1 && telegram.messages.length >= 1 && mail.mails.length === 1,
    );
    expect(ntfy.messages[0]?.title).toMatch(
      /^WARNING DiskFull on nuc1 since .*: steward has not looked yet$/,
    );
    expect(ntfy.messages[0]?.click).toMatch(/^https:\/\/steward\.example\.org\/incidents\/i-/);
    // The same again, and what changes nothing: silence.
    for (let times = 0; times < 3; times += 1) {
      await serving.post('/alertmanager/main', alertBody('DiskFull', { instance: 'nuc1:9100' }));
    }
    const incident = ntfy.messages[0]?.click?.split('/').at(-1) ?? '';
    expect((await box.run(['incidents', 'ack', incident])).code).toBe(0);
    // What is overtaken before it is sent is not sent at all.
    await until(
      'the card and the phone say who has it',
      () =>
        telegram.messages.some(({ text }) => /^WARNING .*: \S+ has it/.test(text)) &&
        ntfy.messages.length === 2,
    );
    await serving.post(
      '/alertmanager/main',
      alertBody('DiskFull', { instance: 'nuc1:9100', status: 'resolved' }),
    );
    await until('the end is told', () => mail.mails.length === 2 && ntfy.messages.length === 3);
    expect(ntfy.shown().map(({ title }) => title.split(' ')[0])).toEqual(['RECOVERED']);
    expect(mail.mails.map(({ headers }) => headers.subject?.split(' ')[0])).toEqual(['WARNING', 'RECOVERED']);
    await until('the chat has it', () => telegram.messages.some(({ replyTo }) => replyTo !== null));
    serving.child.kill('SIGTERM');
    expect((await serving.ended).code).toBe(0);
    expect((await list(box)).waiting).toEqual([]);
  });

  test('tells of a storm by its root alone, also when it is killed in the middle of it', async () => {
    const { box, ntfy } = await reachable('');
    const names = Array.from({ length: 40 }, (_, number) => `Alert${number}`);
    const first = await startServing(box, ['--no-runs']);
    await Promise.all(
      names.map((name) => first.post('/alertmanager/main', alertBody(name, { instance: 'nuc1:9100' }))),
    );
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await startServing(box, ['--no-runs']);
    await until('the root is told', () => ntfy.messages.length >= 1);
    await until('the outbox is empty', async () => (await list(box)).waiting.length === 0);
    expect(ntfy.messages.length).toBe(1);
    expect(ntfy.messages[0]?.message).toContain('39 more incidents belong to it');
    second.child.kill('SIGTERM');
    await second.ended;
  });

  test('tells others when nobody answers, and asks the heartbeat for as long as its loop turns', async () => {
    const beats: string[] = [];
    const watcher = createServer((request, response) => {
      beats.push(request.url ?? '');
      response.end('OK');
    });
    await new Promise<void>((resolve) => watcher.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void watcher.close());
    const on = await startFaultyHttp(() => ({ status: 200, body: '' }));
    const boss = await startFaultyHttp(() => ({ status: 200, body: '' }));
    onTestFinished(() => Promise.all([on.close(), boss.close()]).then(() => {}));
    const box = createBox({
      STEWARD_HEARTBEAT_URL: `http://127.0.0.1:${(watcher.address() as AddressInfo).port}/ping/secret-uuid`,
    });
    const channels = { on: { kind: 'webhook', url: on.url }, boss: { kind: 'webhook', url: boss.url } };
    const routes = { critical: ['on'], warning: ['on'] };
    const notify = {
      channels,
      routes,
      ...{ escalate_after: '2s', escalate_to: ['boss'], escalate_from: 'warning', heartbeat_every: '1s' },
    };
    box.write('.config/steward/steward.yaml', `notify: ${JSON.stringify(notify)}\n`);
    const serving = await startServing(box, ['--no-runs']);
    await until('it beats', () => beats.length >= 3);
    await serving.post('/alertmanager/main', alertBody('DiskFull', { instance: 'nuc1:9100' }));
    await until('the boss is told', () => boss.requests.length === 1 && on.requests.length === 2);
    const told = boss.requests.map(({ body }) => JSON.parse(body) as { kind: string; headline: string });
    expect(told[0]).toMatchObject({
      kind: 'escalated',
      headline: expect.stringMatching(/: nobody has answered for \d+s; steward/),
    });
    expect(on.requests.map(({ body }) => (JSON.parse(body) as { kind: string }).kind)).toEqual([
      'opened',
      'escalated',
    ]);
    expect(new Set(beats)).toEqual(new Set(['/ping/secret-uuid']));
    serving.child.kill('SIGTERM');
    expect((await serving.ended).stderr).not.toContain('secret-uuid');
    // What it sent before it ended has been read when this is answered.
    await fetch(`${box.env.STEWARD_HEARTBEAT_URL}`);
    const last = beats.length;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(beats.length).toBe(last);
  });
});
