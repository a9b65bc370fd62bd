import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ModelDelta, ModelPort } from '../../src/protocol/model.ts';
import type { ModelServer, Script, Turn } from '../wire/index.ts';
import { ask } from './connect.ts';

export interface Connected {
  port: ModelPort;
  model: string;
  /** Absent for the fake, which has no socket. */
  server?: ModelServer;
}

export interface ContractTraits {
  hasThinking: boolean;
  hasCache: boolean;
  /** Arguments travel as text, so that they can be cut or broken inside. */
  hasTextArguments: boolean;
}

const LONG_TEXT = 'The disk of nuc1 is 91 % full — /var/log grew by 4 GB. Größe, 日本, 🚢. '.repeat(6);
const CALL = { name: 'Bash', input: { command: 'df -P | sort -k5 && echo "größer"' } };

/** A fact that a dialect cannot show is no test of it, not a skipped one. */
function when(holds: boolean): (title: string, test: () => Promise<void>) => void {
  return (title, test) => {
    if (holds) it(title, test);
  };
}

/** What every model port keeps, whoever is behind it. */
export function describeModelPort(
  name: string,
  traits: ContractTraits,
  connect: (script: Script, options?: { idleMs?: number }) => Promise<Connected>,
): void {
  describe(`model port: ${name}`, () => {
    let open: Connected | undefined;
    const rejections: unknown[] = [];
    const note = (error: unknown) => rejections.push(error);
    process.on('unhandledRejection', note);

    async function start(script: Script, options?: { idleMs?: number }): Promise<Connected> {
      open = await connect(script, options);
      return open;
    }
    afterEach(async () => {
      await open?.server?.close();
      await sleep(5);
      expect(rejections.splice(0)).toEqual([]);
    });

    it('streams text as it comes, and gives the whole', async () => {
      const { port, model } = await start([{ text: LONG_TEXT, usage: { input: 321, output: 99 } }]);
      const deltas: ModelDelta[] = [];
      const reply = await port.complete(ask(model, { onDelta: (delta) => deltas.push(delta) }));
      expect(reply).toMatchObject({
        ok: true,
        model,
        content: [{ type: 'text', text: LONG_TEXT }],
        stopReason: 'end_turn',
        usage: { inputTokens: 321, outputTokens: 99, cacheReadTokens: 0, cacheWriteTokens: 0 },
      });
      expect(deltas.length).toBeGreaterThan(5);
      expect(deltas.map((delta) => delta.text).join('')).toBe(LONG_TEXT);
    });

    it('gives tool calls that were made side by side, in order and with ids of their own', async () => {
      const second = { name: 'Read', input: { path: '/etc/fstab' } };
      const { port, model } = await start([{ text: 'Looking.', toolCalls: [CALL, second, CALL] }]);
      const reply = await port.complete(ask(model));
      expect(reply).toMatchObject({
        ok: true,
        stopReason: 'tool_use',
        content: [
          { type: 'text', text: 'Looking.' },
          { type: 'tool_use', ...CALL },
          { type: 'tool_use', ...second },
          { type: 'tool_use', ...CALL },
        ],
      });
      const ids = reply.ok ? reply.content.flatMap((b) => (b.type === 'tool_use' ? [b.id] : [])) : [];
      expect(new Set(ids).size).toBe(3);
    });

    it('gives a call without arguments an empty object', async () => {
      const { port, model } = await start([{ toolCalls: [{ name: 'Read', rawInput: '' }] }]);
      const reply = await port.complete(ask(model));
      expect(reply).toMatchObject({ content: [{ type: 'tool_use', name: 'Read', input: {} }] });
    });

    it('uses other ids for the calls of the next turn', async () => {
      const { port, model } = await start([{ toolCalls: [CALL] }, { toolCalls: [CALL] }]);
      const first = await port.complete(ask(model));
      if (!first.ok) throw new Error(first.message);
      const used = first.content.find((block) => block.type === 'tool_use');
      const result = {
        type: 'tool_result' as const,
        toolUseId: used?.id ?? '',
        content: 'ok',
        isError: false,
      };
      const messages = [
        ...ask(model).messages,
        { role: 'assistant' as const, content: first.content },
        { role: 'user' as const, content: [result] },
      ];
      const second = await port.complete(ask(model, { messages }));
      if (!second.ok) throw new Error(second.message);
      const next = second.content.find((block) => block.type === 'tool_use');
      expect(next?.id).not.toBe(used?.id);
    });

    when(traits.hasThinking)('keeps thinking apart from text', async () => {
      const { port, model } = await start([{ thinking: 'First the mounts.', text: 'It is full.' }]);
      const deltas: ModelDelta[] = [];
      const reply = await port.complete(ask(model, { onDelta: (delta) => deltas.push(delta) }));
      expect(reply).toMatchObject({
        content: [
          { type: 'thinking', text: 'First the mounts.' },
          { type: 'text', text: 'It is full.' },
        ],
      });
      expect(new Set(deltas.map((delta) => delta.type))).toEqual(new Set(['thinking', 'text']));
    });

    when(traits.hasCache)('counts cached input apart', async () => {
      const usage = { input: 40, output: 7, cacheRead: 900 };
      const { port, model } = await start([{ text: 'ok', usage }]);
      expect(await port.complete(ask(model))).toMatchObject({
        usage: { inputTokens: 40, outputTokens: 7, cacheReadTokens: 900 },
      });
    });

    it('says when the limit of output tokens cut the reply', async () => {
      const { port, model } = await start([{ text: 'It is f', stopReason: 'max_tokens' }]);
      expect(await port.complete(ask(model))).toMatchObject({ ok: true, stopReason: 'max_tokens' });
    });

    when(traits.hasTextArguments)('leaves out a call that the limit of output tokens cut', async () => {
      const toolCalls = [CALL, { name: 'Bash', rawInput: '{"command":"rm -rf /srv/da' }];
      const { port, model } = await start([{ toolCalls, stopReason: 'max_tokens' }]);
      const reply = await port.complete(ask(model));
      expect(reply).toMatchObject({ ok: true, stopReason: 'max_tokens' });
      expect(reply.ok && reply.content).toHaveLength(1);
    });

    it('hands over broken arguments of a whole reply as they came', async () => {
      const rawInput = '{"command": "df" "-P"}';
      const { port, model } = await start([{ toolCalls: [{ name: 'Bash', rawInput }] }]);
      expect(await port.complete(ask(model))).toMatchObject({
        ok: true,
        content: [{ type: 'tool_use', name: 'Bash', input: {}, brokenInput: rawInput }],
      });
    });

    it('settles on an abort in the middle of a stream without its rest, and hangs up', async () => {
      // 18 s of it.
      const { port, model, server } = await start([{ text: LONG_TEXT.repeat(20), chunkDelayMs: 30 }]);
      const stop = new AbortController();
      let seen = 0;
      const onDelta = () => {
        seen += 1;
        if (seen === 2) stop.abort();
      };
      let abortedAt = 0;
      stop.signal.addEventListener('abort', () => (abortedAt = performance.now()));
      const failure = await port.complete(ask(model, { signal: stop.signal, onDelta }));
      expect(failure).toMatchObject({ ok: false, class: 'aborted' });
      expect(performance.now() - abortedAt).toBeLessThan(9_000);
      if (failure.ok) throw new Error('an aborted request gave a reply');
      expect(failure.usage.outputTokens).toBeGreaterThan(0);
      await expect.poll(() => server?.endings ?? ['closed-by-client']).toEqual(['closed-by-client']);
      expect(seen).toBe(2);
    });

    it('asks nothing when the signal was aborted before', async () => {
      const { port, model, server } = await start([{ text: 'x' }]);
      const failure = await port.complete(ask(model, { signal: AbortSignal.abort() }));
      expect(failure).toMatchObject({ ok: false, class: 'aborted' });
      expect(server?.requests ?? []).toEqual([]);
    });

    it('takes a whole reply however slowly it comes', async () => {
      const turn: Turn = { fault: 'slow', text: LONG_TEXT, toolCalls: [CALL] };
      const { port, model } = await start([turn], { idleMs: 20_000 });
      expect(await port.complete(ask(model))).toMatchObject({
        ok: true,
        content: [
          { type: 'text', text: LONG_TEXT },
          { type: 'tool_use', ...CALL },
        ],
      });
    });

    it('does not wait for a server that leaves the connection open', async () => {
      const { port, model, server } = await start(
        [{ fault: 'open-end', text: 'ok', usage: { input: 7, output: 3 } }],
        { idleMs: 600_000 },
      );
      expect(await port.complete(ask(model))).toMatchObject({
        ok: true,
        content: [{ type: 'text', text: 'ok' }],
        usage: { outputTokens: 3 },
      });
      // Else the process would live for as long as the server likes.
      await expect.poll(() => server?.endings ?? ['closed-by-client']).toEqual(['closed-by-client']);
    });

    const faults: [string, Turn, object][] = [
      ['a server that never answers', { fault: 'hang' }, { class: 'broken-reply' }],
      [
        'a stream that falls silent',
        { fault: 'silent-after-start', text: LONG_TEXT },
        { class: 'broken-reply' },
      ],
      ['a connection reset before the reply', { fault: 'reset' }, { class: 'retry' }],
      [
        'a connection reset in the reply',
        { fault: 'reset', afterStart: true, text: LONG_TEXT },
        { class: 'broken-reply' },
      ],
      [
        'a stream that ends in the text',
        { fault: 'close-early', text: LONG_TEXT },
        { class: 'broken-reply' },
      ],
      [
        'a stream that ends in a tool call',
        { fault: 'half-tool-call', text: 'Hm.', toolCalls: [CALL] },
        { class: 'broken-reply' },
      ],
      ['bytes that are no reply', { fault: 'garbage' }, { class: 'broken-reply' }],
      ['an error inside the stream', { fault: 'stream-error', text: LONG_TEXT }, { class: 'retry' }],
      ['400', { fault: 'status', status: 400 }, { class: 'bad-request', status: 400 }],
      ['401', { fault: 'status', status: 401 }, { class: 'login', status: 401 }],
      ['402', { fault: 'status', status: 402 }, { class: 'money', status: 402 }],
      ['403', { fault: 'status', status: 403 }, { class: 'login', status: 403 }],
      ['404', { fault: 'status', status: 404 }, { class: 'bad-request', status: 404 }],
      ['408', { fault: 'status', status: 408 }, { class: 'retry', status: 408 }],
      ['409', { fault: 'status', status: 409 }, { class: 'retry', status: 409 }],
      ['413', { fault: 'status', status: 413 }, { class: 'bad-request', isPromptTooLong: true }],
      ['429 without a time', { fault: 'status', status: 429 }, { class: 'wait', resumeAt: null }],
      ['500', { fault: 'status', status: 500 }, { class: 'retry', status: 500 }],
      ['503', { fault: 'status', status: 503 }, { class: 'retry', status: 503 }],
      ['529', { fault: 'status', status: 529 }, { class: 'retry', status: 529 }],
    ];
    it.each(faults)('classes the failure: %s', async (_, turn, expected) => {
      // Only silence is waited out; who answers may take its time on a busy machine.
      const isSilent = 'fault' in turn && (turn.fault === 'hang' || turn.fault === 'silent-after-start');
      const { port, model, server } = await start([turn], { idleMs: isSilent ? 150 : 20_000 });
      const failure = await port.complete(ask(model));
      expect(failure).toMatchObject({ ok: false, ...expected });
      if (failure.ok) throw new Error('a fault gave a reply');
      expect(failure.message).toContain(port.endpoint);
      expect(failure.message).toContain(model);
      expect(failure.message).not.toMatch(/\n/);
      // Nobody retries below withRetries. A silent server may hear of the request later than we gave up on it.
      await vi.waitFor(() => expect(server?.requests.length ?? 1).toBe(1), 10_000);
    });

    it('counts what a broken reply had already spent', async () => {
      const { port, model } = await start([{ fault: 'close-early', text: LONG_TEXT, chunkChars: 200 }]);
      const failure = await port.complete(ask(model));
      expect(failure.usage.inputTokens).toBeGreaterThan(10);
      expect(failure.usage.outputTokens).toBeGreaterThan(40);
    });

    it('tells a credit that is used up from a bad request', async () => {
      const body = { error: { type: 'invalid_request_error', message: 'Your credit balance is too low' } };
      const { port, model } = await start([{ fault: 'status', status: 400, body }]);
      expect(await port.complete(ask(model))).toMatchObject({ class: 'money', status: 400 });
    });

    it('says when the conversation is too long', async () => {
      const body = { error: { message: 'prompt is too long: 210000 tokens > 200000 maximum' } };
      const { port, model } = await start([{ fault: 'status', status: 400, body }]);
      expect(await port.complete(ask(model))).toMatchObject({ class: 'bad-request', isPromptTooLong: true });
    });

    it('reads from a 429 when to come back', async () => {
      const headers = { 'retry-after': '120' };
      const { port, model } = await start([{ fault: 'status', status: 429, headers }]);
      const before = Date.now();
      const failure = await port.complete(ask(model));
      if (failure.ok) throw new Error('a fault gave a reply');
      expect(failure.resumeAt).toBeGreaterThanOrEqual(before + 120_000);
      expect(failure.resumeAt).toBeLessThanOrEqual(Date.now() + 120_000);
    });

    it('serves two requests at once without mixing them', async () => {
      const { port, model } = await start((request) => ({
        text: `you said ${request.lastText}`,
        chunkDelayMs: 2,
      }));
      const say = (text: string) =>
        port.complete(ask(model, { messages: [{ role: 'user', content: [{ type: 'text', text }] }] }));
      const replies = await Promise.all([say('one'), say('two')]);
      expect(replies.map((reply) => reply.ok && reply.content)).toEqual([
        [{ type: 'text', text: 'you said one' }],
        [{ type: 'text', text: 'you said two' }],
      ]);
    });
  });
}
