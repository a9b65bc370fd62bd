import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/protocol/message.ts';
import { calls, driveLoop, fails, says } from './loop-harness.ts';

const LONG = 'x'.repeat(8_000);

describe('a conversation that grows past the context', () => {
  it('leaves out old output of observing calls and keeps goal, effects and the newest turns', async () => {
    const turns = [calls('Write:w'), ...[1, 2, 3, 4, 5, 6].map((n) => calls(`Bash:${n}`)), says('done')];
    const { requests, events, end } = await driveLoop({
      turns,
      contextTokens: 14_000,
      runCall: async (call) => ({ text: `${call.id} ${LONG}` }),
    });
    expect(end.text).toBe('done');
    const last = requests.at(-1)?.messages ?? [];
    const results = last.flatMap((message) =>
      message.content.filter((block) => block.type === 'tool_result'),
    );
    const kept = results
      .filter((block) => block.content.includes(LONG))
      .map((block) => block.content.slice(0, 2));
    expect(kept).toContain('C1');
    expect(kept).toContain('C7');
    expect(kept).not.toContain('C2');
    expect(last[0]).toEqual({ role: 'user', content: [{ type: 'text', text: 'the goal' }] });
    expect(events.some((event) => event.type === 'context.reduced' && event.method === 'prune')).toBe(true);
  });

  it('is summarised by the model when leaving out is not enough, with effects verbatim', async () => {
    const spoken = `${'long thoughts '.repeat(700)}`;
    const talkative = [1, 2, 3, 4, 5].map((n) => {
      const turn = calls(n === 1 ? 'Write:w' : `Bash:${n}`);
      return { ...turn, content: [{ type: 'text' as const, text: spoken }, ...turn.content] };
    });
    const { requests, events, end } = await driveLoop({
      turns: [...talkative.slice(0, 4), says('SUMMARY'), says('done')],
      contextTokens: 11_000,
    });
    expect(end.text).toBe('done');
    const last = requests.at(-1)?.messages ?? [];
    expect(JSON.stringify(last[0])).toContain('the goal');
    expect(JSON.stringify(last[0])).toContain('SUMMARY');
    expect(JSON.stringify(last[0])).toContain('result of C1');
    expect(events.some((event) => event.type === 'context.reduced' && event.method === 'summarise')).toBe(
      true,
    );
    for (const { messages } of requests) expect(alternates(messages)).toBe(true);
  });

  it('is shortened when the server says that it is too long, once', async () => {
    const tooLong = fails({ class: 'bad-request', isPromptTooLong: true });
    const work = [1, 2, 3, 4, 5].map((n) => calls(`Bash:${n}`));
    const runCall = async () => ({ text: LONG });
    const cured = await driveLoop({ turns: [...work, tooLong, says('done')], runCall });
    expect(cured.end).toMatchObject({ stop: null, text: 'done' });
    expect(JSON.stringify(cured.requests.at(-1)).length).toBeLessThan(
      JSON.stringify(cured.requests.at(-2)).length,
    );
    const hopeless = await driveLoop({ turns: [...work, tooLong, tooLong], runCall });
    expect(hopeless.end.stop?.reason).toBe('bad-request');
  });

  it('never leaves a tool call without its result', async () => {
    const turns = [...Array.from({ length: 20 }, (_, n) => calls(`Bash:${n}`, `Write:${n}`)), says('done')];
    const { requests } = await driveLoop({
      turns,
      contextTokens: 12_000,
      runCall: async () => ({ text: 'y'.repeat(1_500) }),
    });
    for (const { messages } of requests) {
      const uses = messages.flatMap((m) => m.content.flatMap((b) => (b.type === 'tool_use' ? [b.id] : [])));
      const results = messages.flatMap((m) =>
        m.content.flatMap((b) => (b.type === 'tool_result' ? [b.toolUseId] : [])),
      );
      expect(results).toEqual(uses);
    }
  });
});

function alternates(messages: readonly Message[]): boolean {
  return messages.every((message, index) => message.role === (index % 2 === 0 ? 'user' : 'assistant'));
}
