import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Step } from '../wire/index.ts';
import { type Box, createBoxWithModel, readLines, readResult } from './steward.ts';

/** Results that the original wrote: what scripts made for it read. */
const RECORDED = join(import.meta.dirname, '..', 'fixtures', 'claude-code');
const recorded = (name: string) => readLines(readFileSync(join(RECORDED, name), 'utf8'));

const HELLO: Step[] = [{ text: 'Hello from the mock. ENDMARKER' }];
const TWO_CALLS: Step[] = [
  { toolCalls: [{ name: 'Bash', input: { command: 'true #1' } }] },
  { toolCalls: [{ name: 'Bash', input: { command: 'true #2' } }] },
  { text: 'Done 2 ENDMARKER' },
];

/** What we leave out: services that we do not have, and times of a part of the original's start. */
const LEFT_OUT = new Set([
  ...['fast_mode_state', 'ttft_stream_ms', 'time_to_request_ms', 'analytics_disabled'],
  ...['claude_code_version', 'product_feedback_disabled', 'memory_paths', 'context_management'],
  ...['usage.server_tool_use', 'usage.service_tier', 'usage.cache_creation', 'usage.inference_geo'],
  ...['usage.iterations', 'usage.speed'],
]);

/** Names and types of the fields of an object: `usage.input_tokens: number`. */
function shapeOf(value: unknown, path: string[] = []): string[] {
  if (Array.isArray(value) || value === null || typeof value !== 'object') {
    const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    return [`${path.join('.')}: ${type}`];
  }
  return Object.entries(value)
    .filter(([key]) => !LEFT_OUT.has(key) && !LEFT_OUT.has([...path, key].join('.')))
    .flatMap(([key, inner]) =>
      // Keyed by the name of the model.
      shapeOf(inner, path.at(-1) === 'modelUsage' ? [...path, '*'] : [...path, key]),
    );
}

/** What is null in the original may be known to us: its stop reason in whole messages. */
function expectToHold(ours: unknown, theirs: unknown): void {
  const own = shapeOf(ours);
  const names = own.map((field) => field.split(': ')[0]);
  for (const field of shapeOf(theirs)) {
    const [name, type] = field.split(': ');
    if (type === 'null') expect(names).toContain(name);
    else expect(own).toContain(field);
  }
}

async function stream(box: Box, args: string[]): Promise<{ code: number; lines: Record<string, unknown>[] }> {
  const { code, stdout } = await box.run(['-p', 'x', '--output-format', 'stream-json', '--verbose', ...args]);
  return { code, lines: readLines(stdout) };
}

const kindOf = ({ type, subtype, event }: Record<string, unknown>): string =>
  [type, type === 'stream_event' ? (event as { type: string }).type : type === 'system' ? subtype : '']
    .filter((part) => part !== '')
    .join('/');

describe('the result object', () => {
  it('has every field of a recorded success, with its type', async () => {
    const { box } = await createBoxWithModel(HELLO);
    const { code, result, stderr } = await box.json(['-p', 'x']);
    expectToHold(result, recorded('json-hello.json')[0]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(result).toMatchObject({
      subtype: 'success',
      is_error: false,
      result: 'Hello from the mock. ENDMARKER',
      num_turns: 1,
      stop_reason: 'end_turn',
      terminal_reason: 'completed',
      permission_denials: [],
      exit_code: 0,
      outcome: 'reported',
      schema_version: 1,
    });
  });

  it('has every field of a recorded stop at the turn limit, and its words', async () => {
    const { box } = await createBoxWithModel(TWO_CALLS);
    const { code, result } = await box.json(['-p', 'x', '--max-turns', '2']);
    const [theirs] = recorded('json-maxturns.json');
    expectToHold(result, theirs);
    expect(result).toMatchObject({
      subtype: theirs?.subtype,
      is_error: true,
      errors: theirs?.errors,
      terminal_reason: theirs?.terminal_reason,
      stop_reason: theirs?.stop_reason,
      num_turns: 2,
    });
    expect(result).not.toHaveProperty('result');
    expect(code).toBe(53);
  });

  it.each([400, 401, 402, 404, 429, 529])(
    'has the fields of a recorded failure of the server, with an error subtype: %i',
    async (status) => {
      const { box } = await createBoxWithModel(() => ({ fault: 'status', status }));
      const { code, result } = await box.json(['-p', 'x', '--max-duration', '20s']);
      const { result: _, stop_reason: __, ...theirs } = recorded(`json-http${status}.json`)[0] ?? {};
      expectToHold(result, theirs);
      expect(result).toMatchObject({ is_error: true, api_error_status: status });
      // The original says "success" here.
      expect(result.subtype).toBe('error_during_execution');
      expect(code).not.toBe(0);
    },
  );
});

describe('the stream', () => {
  it('begins with system/init and ends with the result', async () => {
    const { box } = await createBoxWithModel(HELLO);
    const { lines } = await stream(box, []);
    const theirs = recorded('stream-hello.jsonl');
    expect(lines.map(kindOf)).toEqual(theirs.map(kindOf));
    expect(lines.map(kindOf)).toEqual(['system/init', 'assistant', 'result']);
    for (const [index, line] of lines.entries()) expectToHold(line, theirs[index]);
    expect(lines[0]?.apiKeySource).toBe(theirs[0]?.apiKeySource);
  });

  it('says where the key was found, and that there is none', async () => {
    const { box } = await createBoxWithModel(HELLO);
    box.write('credentials/anthropic', 'sk-ant-of-a-file-0123456789\n');
    const folder = join(box.home, 'credentials');
    const source = async (env: Record<string, string>) => {
      const args = ['-p', 'x', '--output-format', 'stream-json'];
      const { stdout } = await box.run(args, { env: { ANTHROPIC_API_KEY: '', ...env } });
      return readLines(stdout)[0]?.apiKeySource;
    };
    expect(await source({ CREDENTIALS_DIRECTORY: folder })).toBe(join(folder, 'anthropic'));
    expect(await source({})).toBe('none');
  });

  it('lets assistant and user alternate, each result under the id of its call', async () => {
    const { box } = await createBoxWithModel(TWO_CALLS);
    const { code, lines } = await stream(box, ['--allowedTools', 'Bash']);
    const theirs = recorded('stream-loop2-allowed.jsonl');
    expect(code).toBe(0);
    expect(lines.map(kindOf)).toEqual(theirs.map(kindOf));
    for (const [index, line] of lines.entries()) {
      const { tool_use_result: _, timestamp: __, ...rest } = theirs[index] ?? {};
      expectToHold(line, rest);
    }
    expect(idsOf(lines, 'assistant', 'id')).toEqual(idsOf(lines, 'user', 'tool_use_id'));
    expect(new Set(idsOf(lines, 'assistant', 'id')).size).toBe(2);
  });

  it('gives every line the session and an id of its own', async () => {
    const { box } = await createBoxWithModel(TWO_CALLS);
    const { lines } = await stream(box, ['--include-partial-messages']);
    expect(new Set(lines.map(({ session_id }) => session_id)).size).toBe(1);
    expect(lines[0]?.session_id).toMatch(/^[\da-f-]{36}$/);
    expect(new Set(lines.map(({ uuid }) => uuid)).size).toBe(lines.length);
  });

  it('shows a denied tool as an error result and in permission_denials', async () => {
    const { box } = await createBoxWithModel(TWO_CALLS);
    const { code, lines } = await stream(box, ['--disallowedTools', 'Bash']);
    const theirs = recorded('stream-loop2-denied.jsonl');
    const isAnnounced = (line: Record<string, unknown>) => line.subtype !== 'permission_denied';
    expect(lines.filter(isAnnounced).map(kindOf)).toEqual(theirs.map(kindOf));
    expect(lines[0]?.tools).not.toContain('Bash');
    const results = lines.filter(({ type }) => type === 'user').map(contentOf);
    expect(results).toEqual([
      [
        expect.objectContaining({
          type: 'tool_result',
          is_error: true,
          content: expect.stringMatching(/\w/),
        }),
      ],
      [
        expect.objectContaining({
          type: 'tool_result',
          is_error: true,
          content: expect.stringMatching(/\w/),
        }),
      ],
    ]);
    const result = lines.at(-1);
    expect(result?.permission_denials).toEqual([
      { tool_name: 'Bash', tool_use_id: expect.any(String), tool_input: { command: 'true #1' } },
      { tool_name: 'Bash', tool_use_id: expect.any(String), tool_input: { command: 'true #2' } },
    ]);
    expect({ code, is_error: result?.is_error }).toEqual({ code: 0, is_error: false });
  });

  it('denies a command of a rule and runs the others', async () => {
    const { box } = await createBoxWithModel([
      { toolCalls: [{ name: 'Bash', input: { command: 'uname -s' } }] },
      { toolCalls: [{ name: 'Bash', input: { command: 'id -u' } }] },
      { text: 'done' },
    ]);
    const { result } = await box.json(['-p', 'x', '--disallowedTools', 'Bash(uname *)']);
    expect(result.permission_denials).toEqual([
      { tool_name: 'Bash', tool_use_id: expect.any(String), tool_input: { command: 'uname -s' } },
    ]);
  });
});

describe('partial messages', () => {
  it('come in the recorded order, around the whole message', async () => {
    const { box } = await createBoxWithModel(HELLO);
    const { lines } = await stream(box, ['--include-partial-messages']);
    const theirs = recorded('partial.jsonl').filter(({ subtype }) => subtype !== 'status');
    const once = (kinds: string[]) => kinds.filter((kind, index) => kind !== kinds[index - 1]);
    expect(once(lines.map(kindOf))).toEqual(theirs.map(kindOf));
    for (const line of theirs)
      expectToHold(
        lines.find((own) => kindOf(own) === kindOf(line)),
        line,
      );
    expect(textOfDeltas(lines)).toBe('Hello from the mock. ENDMARKER');
    expect(messageIdsOf(lines).size).toBe(1);
  });

  it('number the blocks of a message and carry the arguments of its calls', async () => {
    const input = { command: 'uname -s' };
    const { box } = await createBoxWithModel([
      {
        thinking: 'hm',
        text: 'I look.',
        toolCalls: [
          { name: 'Bash', input },
          { name: 'Bash', input: { command: 'id -u' } },
        ],
      },
      { text: 'done' },
    ]);
    const { lines } = await stream(box, ['--include-partial-messages']);
    const events = lines
      .filter(({ type }) => type === 'stream_event')
      .map(({ event }) => event as StreamEvent);
    const first = events.slice(0, events.findIndex(({ type }) => type === 'message_stop') + 1);
    const starts = first.filter(({ type }) => type === 'content_block_start');
    expect(starts.map(({ index, content_block }) => [index, content_block?.type])).toEqual([
      [0, 'thinking'],
      [1, 'text'],
      [2, 'tool_use'],
      [3, 'tool_use'],
    ]);
    const stops = first.filter(({ type }) => type === 'content_block_stop');
    expect(stops.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    const json = first.filter(({ index, delta }) => index === 2 && delta?.type === 'input_json_delta');
    expect(JSON.parse(json.map(({ delta }) => delta?.partial_json).join(''))).toEqual(input);
    expect(first.at(-2)).toMatchObject({ type: 'message_delta', delta: { stop_reason: 'tool_use' } });
    expect(events.filter(({ type }) => type === 'message_start')).toHaveLength(2);
  });

  it('of a broken try are closed before the next one begins', async () => {
    const half = { fault: 'close-early' as const, text: 'a wrong start of a sentence' };
    const { box } = await createBoxWithModel([{ attempts: [half, { text: 'whole' }] }]);
    const { code, lines } = await stream(box, ['--include-partial-messages']);
    expect(code).toBe(0);
    const events = lines
      .filter(({ type }) => type === 'stream_event')
      .map(({ event }) => event as StreamEvent);
    const frame = events.map(({ type }) => type).filter((type) => type.startsWith('message_'));
    expect(frame).toEqual([
      'message_start',
      'message_stop',
      'message_start',
      'message_delta',
      'message_stop',
    ]);
    expect(readResult({ code, stdout: `${JSON.stringify(lines.at(-1))}\n`, stderr: '' }).result).toBe(
      'whole',
    );
  });

  it('are left out unless asked for', async () => {
    const { box } = await createBoxWithModel(HELLO);
    const { lines } = await stream(box, []);
    expect(lines.filter(({ type }) => type === 'stream_event')).toEqual([]);
  });
});

describe('text', () => {
  it('is the answer and nothing else', async () => {
    const { box } = await createBoxWithModel(HELLO);
    const ended = await box.run(['-p', 'x']);
    expect(ended).toEqual({
      code: 0,
      stdout: readFileSync(join(RECORDED, 'text-hello.txt'), 'utf8'),
      stderr: '',
    });
  });

  it('is nothing on stdout when there is no answer', async () => {
    const { box } = await createBoxWithModel(() => ({ fault: 'status', status: 401 }));
    const ended = await box.run(['-p', 'x']);
    expect([ended.code, ended.stdout]).toEqual([41, '']);
    expect(ended.stderr).toContain('invalid x-api-key');
  });
});

describe('exit statuses', () => {
  it('are 0 where the original has 0, and not 0 where it has not', async () => {
    const { box } = await createBoxWithModel(HELLO);
    const own: Record<string, number> = {
      'json-hello': (await box.json(['-p', 'x'])).code,
      'stream-hello': (await stream(box, [])).code,
      'text-hello': (await box.run(['-p', 'x'])).code,
      'json-noprompt': (await box.run(['-p', '--output-format', 'json'])).code,
      badflag: (await box.run(['-p', 'x', '--no-such-flag'])).code,
    };
    const rows = readFileSync(join(RECORDED, 'exit-codes.txt'), 'utf8').trim().split('\n');
    const theirs = Object.fromEntries(rows.map((row) => row.split(' exit ')));
    for (const [name, code] of Object.entries(own)) {
      expect(code === 0, name).toBe(theirs[name] === '0');
    }
  });
});

interface StreamEvent {
  type: string;
  index?: number;
  content_block?: { type: string };
  delta?: { type?: string; text?: string; partial_json?: string; stop_reason?: string };
}

function contentOf({ message }: Record<string, unknown>): Record<string, unknown>[] {
  return (message as { content: Record<string, unknown>[] }).content;
}

function idsOf(lines: Record<string, unknown>[], type: string, key: string): unknown[] {
  return lines
    .filter((line) => line.type === type)
    .flatMap(contentOf)
    .map((block) => block[key])
    .filter((id) => id !== undefined);
}

function textOfDeltas(lines: Record<string, unknown>[]): string {
  return lines
    .map(({ event }) => event as StreamEvent | undefined)
    .map((event) => (event?.type === 'content_block_delta' ? (event.delta?.text ?? '') : ''))
    .join('');
}

/** Of the partial messages and the whole one. */
function messageIdsOf(lines: Record<string, unknown>[]): Set<unknown> {
  const started = lines.flatMap(
    ({ event }) => (event as { message?: { id: string } } | undefined)?.message ?? [],
  );
  const whole = lines
    .filter(({ type }) => type === 'assistant')
    .map(({ message }) => message as { id: string });
  return new Set([...started, ...whole].map(({ id }) => id));
}
