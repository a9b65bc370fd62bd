import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Turn } from '../wire/index.ts';
import { createBoxWithModel, readLines } from './steward.ts';

const call = { name: 'Bash', input: { command: 'uname -s' } };
const failed = (status: number, more: Partial<Turn> = {}): Turn => ({ fault: 'status', status, ...more });

interface Case {
  title: string;
  turn: Turn;
  args?: string[];
  code: number;
  reason: string;
  status: number | null;
  message: RegExp;
  requests: number;
}

const CASES: Case[] = [
  {
    title: 'a key that is refused',
    turn: failed(401),
    code: 41,
    reason: 'login',
    status: 401,
    message: /401 .*invalid x-api-key/,
    requests: 1,
  },
  {
    title: 'a key that may not',
    turn: failed(403),
    code: 41,
    reason: 'login',
    status: 403,
    message: /403/,
    requests: 1,
  },
  {
    title: 'no credit left',
    turn: failed(402),
    code: 41,
    reason: 'money',
    status: 402,
    message: /credit balance/,
    requests: 1,
  },
  {
    title: 'no credit left, said with 400',
    turn: failed(400, {
      body: {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'Your credit balance is too low to access the API' },
      },
    }),
    code: 41,
    reason: 'money',
    status: 400,
    message: /credit balance/,
    requests: 1,
  },
  {
    title: 'a bad request',
    turn: failed(400),
    code: 1,
    reason: 'bad-request',
    status: 400,
    message: /400 .*field required/,
    requests: 1,
  },
  {
    title: 'an unknown model',
    turn: failed(404),
    code: 1,
    reason: 'bad-request',
    status: 404,
    message: /404 .*no such model/,
    requests: 1,
  },
  {
    title: 'a prompt that is too long',
    turn: failed(413),
    code: 1,
    reason: 'bad-request',
    status: 413,
    message: /413/,
    requests: 2,
  },
  {
    title: 'an overloaded server',
    turn: failed(529),
    code: 75,
    reason: 'try-later',
    status: 529,
    message: /529 .*Overloaded/,
    requests: 4,
  },
  {
    title: 'a broken server',
    turn: failed(500),
    code: 75,
    reason: 'try-later',
    status: 500,
    message: /500/,
    requests: 4,
  },
  {
    title: 'a reset before the answer',
    turn: { fault: 'reset' },
    code: 75,
    reason: 'try-later',
    status: null,
    message: /reset/,
    requests: 4,
  },
  {
    title: 'a reset in the middle of the answer',
    turn: { fault: 'reset', afterStart: true, text: 'half an answer that goes on' },
    code: 1,
    reason: 'broken-reply',
    status: null,
    message: /the reply broke off/,
    requests: 3,
  },
  {
    title: 'an answer that stops in the middle of a tool call',
    turn: { fault: 'half-tool-call', toolCalls: [call] },
    code: 1,
    reason: 'broken-reply',
    status: null,
    message: /./,
    requests: 3,
  },
  {
    title: 'garbage',
    turn: { fault: 'garbage' },
    code: 1,
    reason: 'broken-reply',
    status: null,
    message: /./,
    requests: 3,
  },
  {
    title: 'a server that hangs',
    turn: { fault: 'hang' },
    args: ['--max-duration', '12s'],
    code: 56,
    reason: 'duration',
    status: null,
    message: /time limit/,
    requests: 1,
  },
  {
    title: 'a server that falls silent',
    turn: { fault: 'silent-after-start', text: 'half an answer that goes on' },
    args: ['--max-duration', '12s'],
    code: 56,
    reason: 'duration',
    status: null,
    message: /time limit/,
    requests: 1,
  },
  {
    title: 'a limit that ends after the run',
    turn: failed(429, { headers: { 'retry-after': '3600' } }),
    code: 75,
    reason: 'try-later',
    status: 429,
    message: /429/,
    requests: 1,
  },
  {
    title: 'a limit without an end, in a short run',
    turn: failed(429),
    args: ['--max-duration', '20s'],
    code: 75,
    reason: 'try-later',
    status: 429,
    message: /429/,
    requests: 1,
  },
];

/** The waits between tries are real, so the cases wait side by side. */
describe('a model server that fails', () => {
  it('ends the run as the table of endings says', async () => {
    const start = async (one: Case) => {
      const { box, server } = await createBoxWithModel(() => one.turn);
      return { one, server, ended: box.json(['-p', 'x', ...(one.args ?? [])]) };
    };
    // The time of these runs from their start: they ask before the others keep the machine busy.
    const limited = await Promise.all(CASES.filter(({ args }) => args !== undefined).map(start));
    const haveAsked = () => limited.every(({ server }) => server.requests.length > 0);
    await vi.waitUntil(haveAsked, { timeout: 30_000 });
    const others = await Promise.all(CASES.filter(({ args }) => args === undefined).map(start));
    const ended = await Promise.all(
      [...limited, ...others].map(async ({ one, server, ended: end }) => {
        const { code, result, stderr } = await end;
        const { reason, api_error_status: status, errors } = result;
        return {
          one,
          stderr,
          result,
          seen: { code, reason, status, message: errors?.join('; '), requests: server.requests.length },
        };
      }),
    );
    for (const { one, seen, result, stderr } of ended) {
      const { title, code, reason, status, message, requests } = one;
      expect({ title, ...seen }).toEqual({
        title,
        code,
        reason,
        status,
        message: expect.stringMatching(message),
        requests,
      });
      expect(result, title).toMatchObject({ exit_code: code, is_error: true });
      expect(result.subtype, title).toMatch(/^error_/);
      expect(result, title).not.toHaveProperty('result');
      expect(stderr, title).toMatch(message);
    }
  });
});

describe('a proxy that refuses', () => {
  it.each([
    ['a tunnel', 'https'],
    ['a request', 'http'],
  ])('%s is named, and not the server of the model', async (_, scheme) => {
    const proxy = createServer((__, response) => void response.writeHead(407).end());
    proxy.on(
      'connect',
      (__, socket) => void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
    );
    onTestFinished(() => void proxy.close());
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const at = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { box } = await createBoxWithModel([]);
    const env = {
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: `http://me:pass-of-mine@${at}`,
      HTTPS_PROXY: `http://me:pass-of-mine@${at}`,
      ANTHROPIC_BASE_URL: `${scheme}://model.test`,
    };
    const { code, result } = await box.json(['-p', 'x'], { env });
    expect([code, result.reason]).toEqual([1, 'bad-request']);
    const said = `the proxy ${at} did not let the request through: it answered 407 Proxy Authentication Required`;
    expect(result.errors?.join()).toContain(said);
    expect(result.errors?.join()).toContain('check HTTPS_PROXY');
    expect(JSON.stringify(result)).not.toContain('pass-of-mine');
  });
});

describe('a limit', () => {
  it('is told with the time at which trying again makes sense', async () => {
    const before = Date.now();
    const { box } = await createBoxWithModel(() => failed(429, { headers: { 'retry-after': '3600' } }));
    const { result, stderr } = await box.json(['-p', 'x']);
    expect(result.error).toMatchObject({ code: 'try-later', retryable: true });
    const resumeAt = Date.parse(result.error?.resume_at ?? '');
    expect(resumeAt - before).toBeGreaterThanOrEqual(3_599_000);
    expect(resumeAt - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(stderr).toContain(`try again at ${result.error?.resume_at}`);
  });

  it('without an end is given a minute', async () => {
    const before = Date.now();
    const { box } = await createBoxWithModel(() => failed(429));
    const { result } = await box.json(['-p', 'x', '--max-duration', '20s']);
    expect(Date.parse(result.error?.resume_at ?? '') - before).toBeGreaterThanOrEqual(60_000);
  });

  it('that ends soon is waited for', async () => {
    const { box, server } = await createBoxWithModel([
      { attempts: [failed(429, { headers: { 'retry-after': '1' } }), { text: 'here I am' }] },
    ]);
    const { code, result } = await box.json(['-p', 'x']);
    expect([code, result.result, server.requests.length]).toEqual([0, 'here I am', 2]);
    expect(result.api_error_status).toBeNull();
  });
});

describe('a broken answer', () => {
  it('is told in the stream as tried again only where it is', async () => {
    const turns = { attempts: [failed(529), failed(401)] };
    const { box } = await createBoxWithModel([turns]);
    const { stdout } = await box.run(['-p', 'x', '--output-format', 'stream-json']);
    const told = readLines(stdout).filter(({ subtype }) => subtype === 'api_retry');
    expect(told).toEqual([
      expect.objectContaining({
        attempt: 1,
        error_status: 529,
        error: 'overloaded',
        retry_delay_ms: expect.any(Number),
      }),
    ]);
  });

  it('is asked for again, and shows nothing of the first try', async () => {
    const half: Turn = { fault: 'close-early', text: 'a wrong start of this sentence' };
    const { box } = await createBoxWithModel([{ attempts: [half, { text: 'whole' }] }]);
    expect(await box.run(['-p', 'x'])).toMatchObject({ code: 0, stdout: 'whole\n' });
  });

  it('does not run the half of a tool call', async () => {
    const half: Turn = { fault: 'half-tool-call', toolCalls: [call] };
    const { box, server } = await createBoxWithModel([{ attempts: [half, { text: 'no call' }] }]);
    const { result } = await box.json(['-p', 'x']);
    expect(result).toMatchObject({ result: 'no call', evidence: [] });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a model that cannot be had', () => {
  it('gives way to the next one, and the result says so', async () => {
    const { box } = await createBoxWithModel((request) =>
      request.body.model === 'claude-opus-5-5' ? failed(404) : { text: 'from the other' },
    );
    const { code, result, stderr } = await box.json([
      ...['-p', 'x', '--model', 'claude-opus-5-5', '--fallback-model', 'claude-haiku-5-5'],
    ]);
    expect([code, result.result]).toEqual([0, 'from the other']);
    expect(Object.keys(result.modelUsage as object)).toContain('claude-haiku-5-5');
    expect(stderr).toContain('going on with claude-haiku-5-5');
  });
});
