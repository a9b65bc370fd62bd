import { describe, expect, it } from 'vitest';
import type { LoopPorts } from '../../src/agent/ports.ts';
import { createRecordingSink } from '../fakes/sink.ts';
import { calls, driveLoop, fails, type LoopSetUp, replied, says } from './loop-harness.ts';

describe('the loop', () => {
  it('ends with the answer of a turn without calls', async () => {
    const { end, requests } = await driveLoop({ turns: [calls('Bash:df'), says('all is well')] });
    expect(end).toMatchObject({ stop: null, text: 'all is well', turns: 2, costUsd: 0.002 });
    expect(requests[1]?.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'toolu_Bash:df_0', name: 'Bash', input: { arg: 'df' } }],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', toolUseId: 'toolu_Bash:df_0', content: 'result of C1', isError: false },
        ],
      },
    ]);
  });

  it('runs observing neighbours side by side and everything else alone and in order', async () => {
    const { trace } = await driveLoop({
      turns: [calls('Bash:a', 'Read:b', 'Write:c', 'Bash:d'), says('done')],
    });
    expect(trace).toEqual([
      ...['start C1', 'start C2', 'end C1', 'end C2'],
      ...['start C3', 'end C3', 'start C4', 'end C4'],
    ]);
  });

  it('records every request before it is made and every result before the next request', async () => {
    const { events } = await driveLoop({ turns: [calls('Bash:df'), says('ok')] });
    expect(events.map((event) => event.type)).toEqual([
      'model.requested',
      'model.replied',
      'call.finished',
      'model.requested',
      'model.replied',
    ]);
  });

  it('goes on with an answer while the log is still on its way to the disk', async () => {
    const sink = { ...createRecordingSink(), sync: () => new Promise<void>(() => {}) };
    const { end, trace } = await driveLoop({ turns: [calls('Bash:df'), says('ok')], ports: { sink } });
    expect(end).toMatchObject({ stop: null, text: 'ok' });
    expect(trace).toEqual(['start C1', 'end C1']);
  });

  it('gives up a request, and the run, when the log cannot be brought to the disk', async () => {
    const full = new Error('no room');
    const sink = { ...createRecordingSink(), sync: () => Promise.reject(full) };
    const model: LoopPorts['model'] = {
      vendor: 'none',
      place: 'none',
      endpoint: '',
      complete: ({ signal }) =>
        new Promise((resolve) =>
          signal?.addEventListener('abort', () => resolve(fails({ class: 'aborted' }))),
        ),
    };
    await expect(driveLoop({ turns: [], ports: { sink, model } })).rejects.toBe(full);
  });

  it('goes on after a refused call and counts it', async () => {
    const { end } = await driveLoop({
      turns: [calls('Write:x'), says('then I only propose it')],
      runCall: async () => ({ ok: false, isRefused: true, text: 'refused' }),
    });
    expect(end.stop).toBeNull();
    expect(end.refusedCalls.map((result) => result.call.id)).toEqual(['C1']);
  });

  it('ends after the turn in which the report was handed in', async () => {
    let reported = false;
    const { end, requests } = await driveLoop({
      turns: [calls('Bash:report'), says('never asked for')],
      ports: { hasReport: () => reported },
      runCall: async () => {
        reported = true;
        return {};
      },
    });
    expect(end.stop).toBeNull();
    expect(requests).toHaveLength(1);
  });
});

describe('limits of the loop', () => {
  it('stops at the turn limit, before another request', async () => {
    const turns = [calls('Bash:1'), calls('Bash:2'), calls('Bash:3')];
    const { end, requests } = await driveLoop({ turns, input: { limits: { turns: 2 } } });
    expect(end.stop).toMatchObject({ reason: 'turns', message: 'Reached maximum number of turns (2)' });
    expect(requests).toHaveLength(2);
  });

  it('stops before calls that would pass the call limit', async () => {
    const { end, trace } = await driveLoop({
      turns: [calls('Bash:1'), calls('Bash:2', 'Bash:3')],
      input: { limits: { calls: 2 } },
    });
    expect(end.stop?.reason).toBe('calls');
    expect(trace).toEqual(['start C1', 'end C1']);
  });

  it('stops at the third identical call in a row, and not at the second', async () => {
    const twice = await driveLoop({ turns: [calls('Bash:x'), calls('Bash:x'), says('fine')] });
    expect(twice.end.stop).toBeNull();
    const thrice = await driveLoop({ turns: [calls('Bash:x'), calls('Bash:x'), calls('Bash:x')] });
    expect(thrice.end.stop?.reason).toBe('repeated');
    expect(thrice.trace.filter((line) => line.startsWith('start'))).toHaveLength(2);
  });

  it('gives up after four turns of nothing but tools that do not exist', async () => {
    const { end } = await driveLoop({ turns: [1, 2, 3, 4, 5].map((n) => calls(`Teleport:${n}`)) });
    expect(end).toMatchObject({ turns: 4, stop: { reason: 'broken-reply' } });
  });

  it('stops before a request that the budget does not cover', async () => {
    const resumeAt = 1_000;
    const { end, requests } = await driveLoop({
      turns: [says('never')],
      ports: {
        budget: {
          reserve: async () => ({ ok: false, reason: 'usd', message: 'spent', resumeAt }),
          settle: async () => {},
        },
      },
    });
    expect(end.stop).toEqual({ ok: false, reason: 'usd', message: 'spent', resumeAt });
    expect(requests).toHaveLength(0);
  });

  describe('where the budget does not cover a long answer', () => {
    const meagre = (turns: ReturnType<typeof says>[]) =>
      driveLoop({
        turns,
        input: { maxOutputTokens: 16_000 },
        ports: {
          budget: {
            reserve: async ({ tokens }) =>
              tokens < 16_000
                ? { ok: true, id: 'r' }
                : { ok: false, reason: 'usd', message: 'too much', resumeAt: null },
            settle: async () => {},
          },
        },
      });

    it('asks for a short one', async () => {
      const { end, requests } = await meagre([says('done')]);
      expect([end.stop, requests.map(({ maxOutputTokens }) => maxOutputTokens)]).toEqual([null, [4_000]]);
    });

    it('ends for the budget when no short one is whole', async () => {
      const { end } = await meagre(Array.from({ length: 9 }, () => says('a part ', 'max_tokens')));
      expect(end.stop).toMatchObject({ reason: 'usd', message: 'too much' });
    });
  });

  it('ends with the reason of whoever aborted it, with the calls that had not started left out', async () => {
    const abort = new AbortController();
    const { end, trace } = await driveLoop({
      turns: [calls('Write:1', 'Write:2')],
      input: { signal: abort.signal },
      runCall: async () => {
        abort.abort('terminated');
        return {};
      },
    });
    expect(end.stop?.reason).toBe('terminated');
    expect(trace).toEqual(['start C1', 'end C1']);
  });
});

describe('a model that fails', () => {
  it.each([
    ['retry', 'try-later'],
    ['wait', 'try-later'],
    ['money', 'money'],
    ['login', 'login'],
    ['bad-request', 'bad-request'],
    ['broken-reply', 'broken-reply'],
    ['aborted', 'interrupted'],
  ] as const)('ends the run: %s becomes %s', async (failure, reason) => {
    const { end } = await driveLoop({ turns: [fails({ class: failure, resumeAt: 7 })] });
    expect(end.stop?.reason).toBe(reason);
  });

  it('carries the time at which trying again makes sense', async () => {
    const { end } = await driveLoop({ turns: [fails({ class: 'wait', resumeAt: 123 })] });
    expect(end.stop?.resumeAt).toBe(123);
  });
});

describe('an answer that was logged before steward was killed', () => {
  const asked = { role: 'user' as const, content: [{ type: 'text' as const, text: 'the goal' }] };
  const part = (text: string) => ({
    role: 'assistant' as const,
    content: [{ type: 'text' as const, text }],
  });

  it('ends the run without a request', async () => {
    const input = { messages: [asked, part('all is well')], untaken: { stopReason: 'end_turn' as const } };
    const { end, requests } = await driveLoop({ turns: [], input });
    expect(end).toMatchObject({ stop: null, text: 'all is well' });
    expect(requests).toEqual([]);
  });

  it('goes on where it was cut, and is put together with what follows', async () => {
    const input = { messages: [asked, part('one ')], untaken: { stopReason: 'max_tokens' as const } };
    const first = await driveLoop({ turns: [says('two')], input });
    expect(first.end.text).toBe('one two');
    expect(first.events[0]?.type).toBe('message.added');
    const messages = first.requests[0]?.messages ?? [];
    const second = await driveLoop({ turns: [says('two')], input: { messages } });
    expect(second.end.text).toBe('one two');
  });

  it('is checked like any other', async () => {
    const input = { messages: [asked, part('{')], untaken: { stopReason: 'end_turn' as const } };
    const checkAnswer = async (text: string) => (text === '{' ? 'not JSON' : null);
    const { end, requests } = await driveLoop({ turns: [says('{}')], input, ports: { checkAnswer } });
    expect(end).toMatchObject({ stop: null, text: '{}' });
    expect(requests).toHaveLength(1);
  });
});

describe('a log that fails', () => {
  it('takes the request along that was under way', async () => {
    const sink = createRecordingSink();
    const seen: string[] = [];
    const ports: NonNullable<LoopSetUp['ports']> = {
      sink: { ...sink, sync: async () => Promise.reject(new Error('EIO')) },
      model: {
        vendor: 'none',
        place: 'none',
        endpoint: '',
        async complete({ signal }) {
          await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
          seen.push('aborted');
          return fails({ class: 'aborted' });
        },
      },
    };
    await expect(driveLoop({ turns: [], ports })).rejects.toThrow('EIO');
    await expect.poll(() => seen).toEqual(['aborted']);
  });
});

describe('answers', () => {
  it('may be cut again and again in a long run, as long as calls come between', async () => {
    const cut = says('a part ', 'max_tokens');
    const { end } = await driveLoop({
      turns: [cut, calls('Bash:a'), cut, calls('Bash:b'), cut, calls('Bash:c'), says('done')],
    });
    expect(end).toMatchObject({ stop: null, text: 'done', turns: 7 });
  });

  it('are put together when cut at the output limit', async () => {
    const { end, requests, events } = await driveLoop({ turns: [says('one ', 'max_tokens'), says('two')] });
    expect(end.text).toBe('one two');
    expect(requests).toHaveLength(2);
    expect(events.map((event) => event.type)).toContain('message.added');
  });

  it('go back with the objection, and end the run after the third', async () => {
    const bad = { turns: [says('a'), says('b'), says('c')], ports: { checkAnswer: async () => 'not JSON' } };
    const { end, requests } = await driveLoop(bad);
    const message = '3 answers of the model did not follow the schema; the last: not JSON';
    expect(end.stop).toMatchObject({ reason: 'schema', message });
    expect(requests[1]?.messages.at(-1)).toEqual({
      role: 'user',
      content: [
        {
          type: 'text',
          text: 'Your answer does not follow the schema: not JSON. Answer again, whole, as one JSON value and nothing else.',
        },
      ],
    });
    expect(requests).toHaveLength(3);
  });

  it('that are empty are asked for once more', async () => {
    const { end, requests } = await driveLoop({ turns: [replied([], 'end_turn'), says('here it is')] });
    expect(end).toMatchObject({ stop: null, text: 'here it is' });
    expect(requests[1]?.messages.at(-1)).toEqual({
      role: 'user',
      content: [{ type: 'text', text: 'Your answer was empty. Give it now, in words.' }],
    });
  });

  it.each([
    ['nothing', []],
    ['white space', [{ type: 'text' as const, text: ' \n' }]],
    ['thinking only', [{ type: 'thinking' as const, text: 'hm' }]],
  ])('that stay empty are no success: %s', async (_, content) => {
    const silent = replied(content, 'end_turn');
    const { end, requests } = await driveLoop({ turns: [calls('Bash:df'), silent, silent] });
    expect(end.stop).toMatchObject({
      reason: 'broken-reply',
      message: 'The model gave an empty answer twice',
    });
    expect(requests).toHaveLength(3);
  });

  it('are not what was said before the last call', async () => {
    const early = replied([{ type: 'text', text: 'Let me check.' }, ...calls('Bash:df').content], 'tool_use');
    const silent = replied([], 'end_turn');
    const asked = await driveLoop({ turns: [early, silent, says('all is well')] });
    expect(asked.end).toMatchObject({ stop: null, text: 'all is well' });
    const twice = await driveLoop({ turns: [early, silent, silent] });
    expect(twice.end.stop).toMatchObject({ reason: 'broken-reply' });
  });

  it('that are cut a third time are no success', async () => {
    const cut = says('a part ', 'max_tokens');
    const { end, requests } = await driveLoop({ turns: [cut, cut, cut] });
    expect(requests).toHaveLength(3);
    expect(end.stop).toMatchObject({
      reason: 'broken-reply',
      message: 'The answer was cut at the output limit 3 times',
    });
  });

  it('under a schema are asked for after the report', async () => {
    const ports = { hasReport: () => true };
    const outputSchema = { type: 'object' };
    const turns = [calls('Bash:df'), says('{}')];
    expect((await driveLoop({ turns, ports, input: { outputSchema } })).end).toMatchObject({
      stop: null,
      text: '{}',
    });
    expect((await driveLoop({ turns, ports })).end).toMatchObject({ stop: null, text: '' });
  });

  it('may be a refusal, which is no success', async () => {
    const { end } = await driveLoop({ turns: [replied([], 'refusal')] });
    expect(end.stop?.reason).toBe('broken-reply');
  });
});
