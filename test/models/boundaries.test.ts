import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelReply } from '../../src/protocol/model.ts';
import type { Post } from '../../src/protocol/post.ts';
import { CONTENT_TYPES, replyPieces } from '../wire/dialects.ts';
import type { Dialect, Quirk, Turn } from '../wire/script.ts';
import { ask, portFor } from './connect.ts';

const DIALECTS: Dialect[] = ['anthropic', 'ollama', 'openai'];

const TURN: Turn = {
  thinking: 'Größe der Platte? 🚢',
  text: 'Voll: 91 % — 日本語.\n\ndata: not an event\n',
  toolCalls: [
    { name: 'Bash', input: { command: 'echo "größer\\n"\r\n' } },
    { name: 'Read', input: { path: '/var/log/日本' } },
  ],
  usage: { input: 11, output: 22 },
  chunkChars: 5,
};

function bytesOf(dialect: Dialect, turn: Turn): Uint8Array {
  const body = { model: 'm', stream_options: { include_usage: true } };
  const request = {
    n: 0,
    at: 0,
    method: 'POST',
    path: '/',
    headers: {},
    body,
    bodyBytes: 0,
    assistantMessages: 0,
    toolResults: 0,
    toolNames: [],
    systemText: '',
    lastText: '',
  };
  return Buffer.from(
    replyPieces(dialect, turn, request)
      .map((piece) => piece.bytes)
      .join(''),
  );
}

/** The reply that comes of bytes which arrive in the given pieces. */
async function replyTo(
  dialect: Dialect,
  pieces: Uint8Array[],
  type = CONTENT_TYPES[dialect],
): Promise<unknown> {
  const headers = new Map([['content-type', type]]);
  const answer: Post = async () => ({ status: 200, headers, body: Readable.from(pieces) });
  const { port, model } = await portFor(dialect, 'http://127.0.0.1:9/v1', { post: answer });
  const { durationMs: _, ...reply } = await port.complete(ask(model));
  const { firstTokenMs: __, ...rest } = reply as ModelReply;
  return rest;
}

function cut(bytes: Uint8Array, at: number[]): Uint8Array[] {
  const places = [0, ...new Set(at.map((place) => place % bytes.length))].sort((a, b) => a - b);
  return places.map((from, i) => bytes.subarray(from, places[i + 1] ?? bytes.length));
}

describe.each(DIALECTS)('a page in place of a reply of %s', (dialect) => {
  const page =
    '<!DOCTYPE html>\n<html><head><script>let a = "{";</script><title>Hotel Post: please\nlog in</title>';
  it.each([
    [
      'with its type',
      'text/html; charset=utf-8',
      page,
      /a page instead of a reply \(text\/html\): Hotel Post: please log in$/,
    ],
    ['under another type', CONTENT_TYPES[dialect], page, /a page instead of a reply .*Hotel Post/],
    [
      'without a title',
      'text/html',
      '<style>p {}</style><p>Access <b>denied</b>',
      /\(text\/html\): Access denied$/,
    ],
  ])('is told as one, %s', async (_, type, text, message) => {
    expect(await replyTo(dialect, [Buffer.from(text)], type)).toMatchObject({
      ok: false,
      class: 'broken-reply',
      message: expect.stringMatching(message),
    });
  });
});

describe.each(DIALECTS)('a stream of %s', (dialect) => {
  it.each<[string, Quirk[]]>([
    ['with line feeds', []],
    ['with carriage returns', ['crlf']],
  ])('gives the same reply wherever the bytes are split, %s', async (_, quirks) => {
    const bytes = bytesOf(dialect, { ...TURN, quirks });
    const whole = await replyTo(dialect, [bytes]);
    expect(whole).toMatchObject({
      ok: true,
      stopReason: 'tool_use',
      usage: { inputTokens: 11, outputTokens: 22 },
    });
    expect(await replyTo(dialect, cut(bytes, Array.from(bytes.keys())))).toEqual(whole);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: bytes.length - 1 }), { maxLength: 40 }), async (at) => {
        expect(await replyTo(dialect, cut(bytes, at))).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  it('is never a reply with a call cut short, wherever it ends', async () => {
    const bytes = bytesOf(dialect, TURN);
    const whole = (await replyTo(dialect, [bytes])) as ModelReply;
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), async (length) => {
        const reply = (await replyTo(dialect, [bytes.subarray(0, length)])) as ModelReply;
        // Either all of it came, and only a mark after it was cut, or it is no reply.
        if (reply.ok) expect(reply.content).toEqual(whole.content);
        else expect(reply).toMatchObject({ class: 'broken-reply' });
      }),
      { numRuns: 120 },
    );
  });
});

describe('what OpenAI-compatible servers do otherwise', () => {
  const content = [
    { type: 'thinking', text: TURN.thinking },
    { type: 'text', text: TURN.text },
    { type: 'tool_use', id: expect.any(String), ...TURN.toolCalls?.[0] },
    { type: 'tool_use', id: expect.any(String), ...TURN.toolCalls?.[1] },
  ];
  it.each<[string, Quirk[]]>([
    ['calls without ids', ['no-ids']],
    ['calls without an index', ['no-index']],
    ['calls with neither', ['no-ids', 'no-index']],
    ['arguments as objects', ['object-arguments']],
    ['arguments as objects, without ids and index', ['object-arguments', 'no-ids', 'no-index']],
    ['arguments in one piece', ['whole-arguments']],
    ['no usage', ['no-usage']],
  ])('is understood: %s', async (_, quirks) => {
    const reply = (await replyTo('openai', [bytesOf('openai', { ...TURN, quirks })])) as ModelReply;
    expect(reply).toMatchObject({ ok: true, content, stopReason: 'tool_use' });
    const ids = reply.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    expect(new Set(ids).size).toBe(2);
    expect(reply.usage.inputTokens).toBeGreaterThan(0);
    expect(reply.usage.outputTokens).toBeGreaterThan(0);
  });

  const event = (value: unknown) => Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
  const delta = (value: unknown, finish: string | null = null) =>
    event({ choices: [{ index: 0, delta: value, finish_reason: finish }] });
  const fn = (command: string) => ({ name: 'Bash', arguments: JSON.stringify({ command }) });

  it('takes whole calls that all claim the index 0 as the different calls they are', async () => {
    const reply = await replyTo('openai', [
      delta({ tool_calls: [{ index: 0, id: 'a', function: fn('df') }] }),
      delta({ tool_calls: [{ index: 0, id: 'b', function: fn('free') }] }, 'stop'),
    ]);
    expect(reply).toMatchObject({
      stopReason: 'tool_use',
      content: [
        { id: 'a', input: { command: 'df' } },
        { id: 'b', input: { command: 'free' } },
      ],
    });
  });

  it('takes a reply without a finish reason as whole when [DONE] came', async () => {
    const reply = await replyTo('openai', [delta({ content: 'ok' }), Buffer.from('data: [DONE]\n\n')]);
    expect(reply).toMatchObject({ ok: true, stopReason: 'end_turn', content: [{ text: 'ok' }] });
  });

  it('reads arguments that were encoded twice', async () => {
    const twice = JSON.stringify(JSON.stringify({ command: 'df' }));
    const reply = await replyTo('openai', [
      delta(
        { tool_calls: [{ index: 0, id: 'a', function: { name: 'Bash', arguments: twice } }] },
        'tool_calls',
      ),
    ]);
    expect(reply).toMatchObject({ content: [{ input: { command: 'df' } }] });
  });

  it("keeps Google's seal of a call and sends it back with the call", async () => {
    const extra = { extra_content: { google: { thought_signature: 'SEAL' } } };
    const pieces = [
      delta({ tool_calls: [{ index: 0, id: 'a', function: fn('df'), ...extra }] }, 'tool_calls'),
    ];
    const reply = (await replyTo('openai', pieces)) as ModelReply;
    expect(reply.content).toMatchObject([{ type: 'thinking', signature: 'call:a:SEAL' }, { id: 'a' }]);

    let sent = '';
    const spy: Post = async (_, request) => {
      sent = request.body;
      return { status: 200, headers: new Map(), body: Readable.from([Buffer.from('data: [DONE]\n\n')]) };
    };
    const { port, model } = await portFor('openai', 'http://127.0.0.1:9/v1', { post: spy });
    await port.complete(ask(model, { messages: [{ role: 'assistant', content: reply.content }] }));
    expect(JSON.parse(sent).messages.at(-1)).toMatchObject({ tool_calls: [{ id: 'a', ...extra }] });
  });

  it('refuses an announced call that never came', async () => {
    expect(await replyTo('openai', [delta({}, 'tool_calls')])).toMatchObject({ class: 'broken-reply' });
  });

  it('skips comments, which keep a slow connection alive', async () => {
    const pieces = [
      Buffer.from(': keep-alive\n\n'),
      delta({ content: 'ok' }, 'stop'),
      Buffer.from(': done\n\n'),
    ];
    expect(await replyTo('openai', pieces)).toMatchObject({ ok: true, content: [{ text: 'ok' }] });
  });
});
