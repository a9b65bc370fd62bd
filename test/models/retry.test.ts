import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RetryPolicy, withFallbacks, withRetries } from '../../src/models/index.ts';
import type { FailureClass, ModelFailure, ModelPort, ModelReply } from '../../src/protocol/model.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createScriptedModel } from '../fakes/scripted-model.ts';
import { ask, connect } from './connect.ts';
import { realClock } from './real-clock.ts';

const USAGE = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 };

function failure(kind: FailureClass, more: Partial<ModelFailure> = {}): ModelFailure {
  return {
    ok: false,
    class: kind,
    status: null,
    message: kind,
    resumeAt: null,
    usage: USAGE,
    durationMs: 1,
    ...more,
  };
}

const REPLY: ModelReply = {
  ok: true,
  model: 'm',
  content: [{ type: 'text', text: 'ok' }],
  stopReason: 'end_turn',
  usage: USAGE,
  durationMs: 1,
  firstTokenMs: 1,
};

/** A port that gives the results in order, the last one for ever. */
function portOf(...results: (ModelFailure | ModelReply)[]): ModelPort & { asked: string[] } {
  const asked: string[] = [];
  return {
    vendor: 'ollama',
    place: 'local',
    endpoint: 'http://here',
    asked,
    complete(request) {
      const result = results[Math.min(asked.length, results.length - 1)] ?? REPLY;
      asked.push(request.model);
      return Promise.resolve(result);
    },
  };
}

interface Tried {
  result: ModelReply | ModelFailure;
  asked: number;
  pauses: (number | null)[];
  passedMs: number;
}

async function tryWith(
  port: ReturnType<typeof portOf>,
  options: { deadlineInMs?: number; policy?: Partial<RetryPolicy>; random?: number } = {},
): Promise<Tried> {
  const clock = createFakeClock({ isSelfAdvancing: true });
  const pauses: (number | null)[] = [];
  const retrying = withRetries(port, {
    clock,
    random: () => options.random ?? 0,
    deadlineAt: options.deadlineInMs === undefined ? null : clock.now() + options.deadlineInMs,
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    onFailure: (_, __, pauseMs) => pauses.push(pauseMs),
  });
  const result = await retrying.complete(ask('m'));
  return { result, asked: port.asked.length, pauses, passedMs: clock.elapsed() };
}

const now = () => createFakeClock().now();

describe('retries', () => {
  it('asks again soon, twice as late each time, and gives up after four requests', async () => {
    const tried = await tryWith(portOf(failure('retry')));
    expect(tried).toMatchObject({ asked: 4, pauses: [500, 1_000, 2_000, null], passedMs: 3_500 });
    expect(tried.result).toMatchObject({ class: 'retry' });
  });

  it('spreads the pauses by up to a quarter', async () => {
    expect((await tryWith(portOf(failure('retry')), { random: 1 })).pauses).toEqual([375, 750, 1_500, null]);
  });

  it('gives the reply of the first request that succeeds', async () => {
    const tried = await tryWith(portOf(failure('retry'), failure('retry'), REPLY));
    expect(tried).toMatchObject({ result: REPLY, asked: 3 });
  });

  it('waits as long as an overloaded server says', async () => {
    const resumeAt = now() + 7_000;
    expect((await tryWith(portOf(failure('retry', { resumeAt }), REPLY))).pauses).toEqual([7_000]);
  });

  it('asks twice more after a broken reply', async () => {
    expect(await tryWith(portOf(failure('broken-reply')))).toMatchObject({ asked: 3 });
  });

  it.each<FailureClass>(['login', 'money', 'bad-request', 'aborted'])('returns %s at once', async (kind) => {
    expect(await tryWith(portOf(failure(kind)))).toMatchObject({ asked: 1, pauses: [null], passedMs: 0 });
  });

  it('sleeps through a limit that ends before the run does', async () => {
    const tried = await tryWith(portOf(failure('wait', { resumeAt: now() + 90_000 }), REPLY), {
      deadlineInMs: 120_000,
    });
    expect(tried).toMatchObject({ result: REPLY, pauses: [90_000], passedMs: 90_000 });
  });

  it('returns a limit that ends after the run, with the time to come back', async () => {
    const resumeAt = now() + 180_000;
    const tried = await tryWith(portOf(failure('wait', { resumeAt })), { deadlineInMs: 120_000 });
    expect(tried).toMatchObject({ asked: 1, passedMs: 0, result: { class: 'wait', resumeAt } });
  });

  it('returns a limit that is too long to sit out even without a deadline', async () => {
    const resumeAt = now() + 3_600_000;
    expect(await tryWith(portOf(failure('wait', { resumeAt })))).toMatchObject({
      asked: 1,
      result: { class: 'wait', resumeAt },
    });
  });

  it('takes a minute for a limit without a time, and says so when it returns it', async () => {
    expect((await tryWith(portOf(failure('wait'), REPLY))).pauses).toEqual([60_000]);
    const short = await tryWith(portOf(failure('wait')), { deadlineInMs: 30_000 });
    expect(short.result).toMatchObject({ class: 'wait', resumeAt: now() + 60_000 });
  });

  it('returns as aborted when the signal comes in a pause', async () => {
    const clock = createFakeClock();
    const stop = new AbortController();
    const port = portOf(failure('retry'));
    const result = withRetries(port, { clock, random: () => 0, deadlineAt: null }).complete(
      ask('m', { signal: stop.signal }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await result).toMatchObject({ class: 'aborted' });
    expect(port.asked).toHaveLength(1);
  });

  it('ends, never past the deadline, whatever fails in whatever order', async () => {
    const kinds = fc.constantFrom<FailureClass>(
      'retry',
      'wait',
      'broken-reply',
      'login',
      'money',
      'bad-request',
    );
    const results = fc.array(
      fc.record({ kind: kinds, inMs: fc.option(fc.integer({ min: -5_000, max: 500_000 })) }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(results, fc.integer({ min: 0, max: 400_000 }), async (list, deadlineInMs) => {
        const failures = list.map(({ kind, inMs }) =>
          failure(kind, { resumeAt: inMs === null ? null : now() + inMs }),
        );
        const tried = await tryWith(portOf(...failures), { deadlineInMs });
        expect(tried.asked).toBeLessThanOrEqual(3 + 3 + 2 + 1);
        expect(tried.passedMs).toBeLessThanOrEqual(deadlineInMs);
        expect(tried.pauses.at(-1)).toBeNull();
        expect(tried.pauses.slice(0, -1)).not.toContain(null);
      }),
    );
  });

  it.each(['anthropic', 'ollama', 'openai'] as const)(
    'get a reply from %s after 529 and 503',
    async (dialect) => {
      const script = [
        {
          attempts: [
            { fault: 'status' as const, status: 529 },
            { fault: 'status' as const, status: 503 },
            { text: 'better now' },
          ],
        },
      ];
      const { server, port, model } = await connect(dialect, script);
      const seen: string[] = [];
      const retrying = withRetries(port, {
        clock: realClock,
        random: () => 0.5,
        deadlineAt: null,
        policy: { baseMs: 5 },
        onFailure: ({ status }, attempt) => seen.push(`${attempt}: ${status}`),
      });
      expect(await retrying.complete(ask(model))).toMatchObject({
        ok: true,
        content: [{ text: 'better now' }],
      });
      expect(seen).toEqual(['1: 529', '2: 503']);
      expect(server.requests).toHaveLength(3);
      await server.close();
    },
  );
});

describe('fall-backs', () => {
  it('go to the next model, under its own name, and stay there', async () => {
    const first = portOf(failure('login'));
    const second = portOf(REPLY);
    const changes: string[] = [];
    const port = withFallbacks(
      [
        { port: first, model: 'one' },
        { port: second, model: 'two' },
      ],
      { onFallback: ({ class: kind }, from, to) => changes.push(`${kind}: ${from} → ${to}`) },
    );
    expect(await port.complete(ask('one'))).toEqual(REPLY);
    expect(await port.complete(ask('one'))).toEqual(REPLY);
    expect([first.asked, second.asked, changes]).toEqual([['one'], ['two', 'two'], ['login: one → two']]);
  });

  it.each<FailureClass>(['bad-request', 'aborted'])('are not for %s', async (kind) => {
    const second = portOf(REPLY);
    const port = withFallbacks([
      { port: portOf(failure(kind)), model: 'one' },
      { port: second, model: 'two' },
    ]);
    expect(await port.complete(ask('one'))).toMatchObject({ class: kind });
    expect(second.asked).toEqual([]);
  });

  it('are for a model that is not there', async () => {
    const port = withFallbacks([
      { port: portOf(failure('bad-request', { status: 404 })), model: 'one' },
      { port: portOf(REPLY), model: 'two' },
    ]);
    expect(await port.complete(ask('one'))).toEqual(REPLY);
  });

  it('return the failure that heals first when nobody answers', async () => {
    const resumeAt = now() + 60_000;
    const port = withFallbacks([
      { port: portOf(failure('login', { message: 'no key' })), model: 'one' },
      { port: portOf(failure('wait', { resumeAt, message: 'limit' })), model: 'two' },
      { port: portOf(failure('money', { message: 'no credit' })), model: 'three' },
    ]);
    expect(await port.complete(ask('one'))).toMatchObject({
      class: 'wait',
      resumeAt,
      message: 'limit (also tried: no key | no credit)',
    });
  });

  it('begin with the first model again when the fall-back never answered', async () => {
    const first = portOf(failure('retry'), REPLY);
    const port = withFallbacks([
      { port: first, model: 'one' },
      { port: portOf(failure('login')), model: 'two' },
    ]);
    await port.complete(ask('one'));
    expect(await port.complete(ask('one'))).toEqual(REPLY);
  });
});

describe('the scripted fake', () => {
  it('goes on at the turn that the conversation has come to, and says when the script has ended', async () => {
    const script = [{ text: 'one' }, { text: 'two' }];
    const port = createScriptedModel(script);
    const messages = [
      ...ask('m').messages,
      { role: 'assistant' as const, content: [{ type: 'text' as const, text: 'one' }] },
    ];
    expect(await port.complete(ask('m', { messages }))).toMatchObject({ content: [{ text: 'two' }] });
    const done = [...messages, ...messages.slice(1)];
    expect(await port.complete(ask('m', { messages: done }))).toMatchObject({ class: 'bad-request' });
  });
});
