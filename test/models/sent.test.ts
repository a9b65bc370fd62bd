import { afterEach, describe, expect, it } from 'vitest';
import { createPost } from '../../src/host/index.ts';
import { createMessages } from '../../src/models/anthropic-sdk.ts';
import type { Message } from '../../src/protocol/message.ts';
import type { Post } from '../../src/protocol/post.ts';
import type { Dialect, ModelServer, WireRequest } from '../wire/index.ts';
import { API_KEY, ask, BASH, connect, portFor, READ } from './connect.ts';

const DIALECTS: Dialect[] = ['anthropic', 'ollama', 'openai'];

let server: ModelServer | undefined;
afterEach(() => server?.close());

async function send(dialect: Dialect, more: Parameters<typeof ask>[1] = {}): Promise<WireRequest> {
  const connected = await connect(dialect, () => ({ text: 'ok' }));
  server = connected.server;
  await connected.port.complete(ask(connected.model, more));
  const request = server.requests[0];
  if (request === undefined) throw new Error('nothing was sent');
  return request;
}

const CONVERSATION: Message[] = [
  { role: 'user', content: [{ type: 'text', text: 'How full is the disk?' }] },
  {
    role: 'assistant',
    content: [
      { type: 'thinking', text: 'The mounts.', signature: 'anthropic:claude-sonnet-5-5:SEAL' },
      { type: 'thinking', text: 'Of another.', signature: 'anthropic:claude-opus-5-5:SEAL2' },
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'call.1', name: 'Bash', input: { command: 'df -P' } },
      { type: 'tool_use', id: 'call_2', name: 'Read', input: { path: '/etc/fstab' } },
    ],
  },
  {
    role: 'user',
    content: [
      { type: 'tool_result', toolUseId: 'call.1', content: '91 %', isError: false },
      { type: 'tool_result', toolUseId: 'call_2', content: 'no such file', isError: true },
    ],
  },
];

describe('what is sent to Anthropic', () => {
  it('marks the cache ends: last tool, stable system text, newest block', async () => {
    const { body, headers, path } = await send('anthropic');
    const mark = { cache_control: { type: 'ephemeral' } };
    expect(path).toBe('/v1/messages');
    // Since 1.x of the SDK the key travels as a bearer token.
    expect(headers.authorization).toBe(`Bearer ${API_KEY}`);
    expect(headers['x-stainless-retry-count']).toBe('0');
    expect(body).toEqual({
      model: 'claude-sonnet-5-5',
      max_tokens: 1_000,
      stream: true,
      system: [
        { type: 'text', text: 'You look after machines.', ...mark },
        { type: 'text', text: 'It is March.' },
      ],
      tools: [
        { name: 'Bash', description: BASH.description, input_schema: BASH.inputSchema },
        { name: 'Read', description: READ.description, input_schema: READ.inputSchema, ...mark },
      ],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'How full is the disk?', ...mark }] }],
    });
  });

  it('asks in every request as the SDK would ask', async () => {
    const connected = await connect('anthropic', () => ({ text: 'ok' }));
    server = connected.server;
    const { baseUrl, requests } = server;
    for (const text of ['First.', 'Then.']) {
      const messages: Message[] = [{ role: 'user', content: [{ type: 'text', text }] }];
      await connected.port.complete(ask(connected.model, { messages }));
    }
    const sdk = createMessages({ apiKey: API_KEY, baseURL: baseUrl, maxRetries: 0, openTelemetry: false });
    await sdk.create({ model: 'x', max_tokens: 1, messages: [], stream: true }).asResponse();
    // Besides what tells of the body, and what says how rather than what: fetch adds those, not the SDK.
    const ways = new Set(['content-length', 'accept-encoding', 'accept-language', 'sec-fetch-mode']);
    const [first, second, whole] = requests.map(({ path, headers }) => ({
      path,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ways.has(name))),
    }));
    expect([first, second]).toEqual([whole, whole]);
    expect(whole?.headers['anthropic-version']).toBeDefined();
  });

  it('sends thinking back with its seal to the model that sealed it, and to no other', async () => {
    const { body } = await send('anthropic', { messages: CONVERSATION });
    expect(body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'How full is the disk?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'The mounts.', signature: 'SEAL' },
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'call_1', name: 'Bash', input: { command: 'df -P' } },
          { type: 'tool_use', id: 'call_2', name: 'Read', input: { path: '/etc/fstab' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: '91 %' },
          {
            type: 'tool_result',
            tool_use_id: 'call_2',
            content: 'no such file',
            is_error: true,
            cache_control: { type: 'ephemeral' },
          },
        ],
      },
    ]);
  });

  it('brings a seal of its own back unchanged', async () => {
    const connected = await connect('anthropic', [
      { thinking: 'The mounts.', text: 'Done.' },
      { text: 'ok' },
    ]);
    server = connected.server;
    const first = await connected.port.complete(ask(connected.model));
    if (!first.ok) throw new Error(first.message);
    const next: Message[] = [
      ...ask(connected.model).messages,
      { role: 'assistant', content: first.content },
      { role: 'user', content: [{ type: 'text', text: 'Sure?' }] },
    ];
    await connected.port.complete(ask(connected.model, { messages: next }));
    expect(server.requests[1]?.body.messages).toMatchObject([
      {},
      { content: [{ type: 'thinking', thinking: 'The mounts.', signature: 'sig-11' }, { text: 'Done.' }] },
      {},
    ]);
  });

  it('never sends a message without content', async () => {
    const messages: Message[] = [
      ...CONVERSATION.slice(0, 1),
      { role: 'assistant', content: [{ type: 'text', text: ' \n' }] },
      { role: 'user', content: [{ type: 'text', text: 'Go on.' }] },
    ];
    const { body } = await send('anthropic', { messages });
    expect(body.messages).toMatchObject([{}, { content: [{ type: 'text', text: '(nothing)' }] }, {}]);
  });

  it('holds the answer to a schema', async () => {
    const outputSchema = { type: 'object', properties: { ok: { type: 'boolean' } } };
    const { body } = await send('anthropic', { outputSchema });
    expect(body.output_config).toEqual({ format: { type: 'json_schema', schema: outputSchema } });
  });
});

describe('what is sent to Ollama', () => {
  it('asks for the context it counts on, and sends arguments as objects', async () => {
    const { body, path, headers } = await send('ollama', { messages: CONVERSATION });
    expect(path).toBe('/api/chat');
    expect(headers.authorization).toBeUndefined();
    expect(body).toEqual({
      model: 'qwen3:8b',
      stream: true,
      options: { num_ctx: 16_384, num_predict: 1_000 },
      tools: [
        {
          type: 'function',
          function: { name: 'Bash', description: BASH.description, parameters: BASH.inputSchema },
        },
        {
          type: 'function',
          function: { name: 'Read', description: READ.description, parameters: READ.inputSchema },
        },
      ],
      messages: [
        { role: 'system', content: 'You look after machines.\n\nIt is March.' },
        { role: 'user', content: 'How full is the disk?' },
        {
          role: 'assistant',
          content: 'I look.',
          tool_calls: [
            { function: { name: 'Bash', arguments: { command: 'df -P' } } },
            { function: { name: 'Read', arguments: { path: '/etc/fstab' } } },
          ],
        },
        { role: 'tool', content: '91 %', tool_name: 'Bash' },
        { role: 'tool', content: 'no such file', tool_name: 'Read' },
      ],
    });
  });

  it('refuses a prompt that the server would cut silently', async () => {
    const connected = await connect('ollama', () => ({ text: 'ok' }), { contextTokens: 2_048 });
    server = connected.server;
    const messages: Message[] = [{ role: 'user', content: [{ type: 'text', text: 'x'.repeat(20_000) }] }];
    const failure = await connected.port.complete(ask(connected.model, { messages }));
    expect(failure).toMatchObject({ class: 'bad-request', isPromptTooLong: true });
    expect(server.requests).toEqual([]);
  });
});

describe('what is sent to an OpenAI-compatible server', () => {
  it('follows the dialect', async () => {
    const { body, path, headers } = await send('openai', { messages: CONVERSATION });
    expect(path).toBe('/v1/chat/completions');
    expect(headers.authorization).toBe(`Bearer ${API_KEY}`);
    expect(body).toEqual({
      model: 'scripted',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 1_000,
      tools: [
        {
          type: 'function',
          function: { name: 'Bash', description: BASH.description, parameters: BASH.inputSchema },
        },
        {
          type: 'function',
          function: { name: 'Read', description: READ.description, parameters: READ.inputSchema },
        },
      ],
      messages: [
        { role: 'system', content: 'You look after machines.\n\nIt is March.' },
        { role: 'user', content: 'How full is the disk?' },
        {
          role: 'assistant',
          content: 'I look.',
          tool_calls: [
            { id: 'call.1', type: 'function', function: { name: 'Bash', arguments: '{"command":"df -P"}' } },
            {
              id: 'call_2',
              type: 'function',
              function: { name: 'Read', arguments: '{"path":"/etc/fstab"}' },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call.1', content: '91 %' },
        { role: 'tool', tool_call_id: 'call_2', content: 'no such file' },
      ],
    });
  });

  it('asks for a schema where no tools are offered', async () => {
    const outputSchema = { type: 'object' };
    const { body } = await send('openai', { outputSchema, tools: [] });
    expect(body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', schema: outputSchema },
    });
  });
});

describe.each(DIALECTS)('every request in the dialect of %s', (dialect) => {
  it('is the same, byte for byte, when it is built twice', async () => {
    const bodies: string[] = [];
    const spy: Post = (url, request) => {
      bodies.push(request.body);
      return createPost()(url, request);
    };
    const connected = await connect(dialect, () => ({ text: 'ok' }), { post: spy });
    server = connected.server;
    const request = () => ask(connected.model, { messages: structuredClone(CONVERSATION) });
    await connected.port.complete(request());
    await connected.port.complete(request());
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toBe(bodies[0]);
  });

  it('begins with the bytes of the turn before, so that a cache can hit', async () => {
    const bodies: string[] = [];
    const spy: Post = (url, request) => {
      bodies.push(request.body.replaceAll(',"cache_control":{"type":"ephemeral"}', ''));
      return createPost()(url, request);
    };
    const connected = await connect(dialect, () => ({ text: 'ok' }), { post: spy });
    server = connected.server;
    await connected.port.complete(ask(connected.model, { messages: CONVERSATION.slice(0, 1) }));
    await connected.port.complete(ask(connected.model, { messages: CONVERSATION }));
    const messages = bodies.map((body) => JSON.stringify(JSON.parse(body).messages).slice(0, -1));
    expect(messages[1]?.startsWith(messages[0] ?? '-')).toBe(true);
  });

  it('never shows the key in a failure', async () => {
    const body = { error: { message: `no access for ${API_KEY}` } };
    const connected = await connect(dialect, [{ fault: 'status', status: 401, body }]);
    server = connected.server;
    const failure = await connected.port.complete(ask(connected.model));
    if (dialect !== 'ollama') expect(JSON.stringify(failure)).not.toContain(API_KEY);
    expect(failure).toMatchObject({ class: 'login', message: expect.stringContaining('no access for') });
  });

  it('says what to look at when nothing listens there', async () => {
    const connected = await connect(dialect, []);
    await connected.server.close();
    const failure = await connected.port.complete(ask(connected.model));
    expect(failure).toMatchObject({
      class: 'retry',
      status: null,
      message: expect.stringMatching(/connection refused.*(is Ollama running|check the address)/),
    });
  });

  it('says so when no TLS is spoken there', async () => {
    const connected = await connect(dialect, []);
    server = connected.server;
    const { port, model } = await portFor(dialect, connected.server.baseUrl.replace('http:', 'https:'));
    expect(await port.complete(ask(model))).toMatchObject({
      class: 'retry',
      message: expect.stringContaining('does not speak TLS; should the address begin with http://?'),
    });
  });

  it('does not follow a redirect with the key', async () => {
    const headers = { location: 'http://elsewhere.example/' };
    const connected = await connect(dialect, [{ fault: 'status', status: 307, headers, body: '' }]);
    server = connected.server;
    expect(await connected.port.complete(ask(connected.model))).toMatchObject({
      class: 'bad-request',
      status: 307,
      message: expect.stringContaining('elsewhere.example'),
    });
  });
});
