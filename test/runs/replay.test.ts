import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/protocol/event.ts';
import type { Message } from '../../src/protocol/message.ts';
import { NO_USAGE } from '../../src/protocol/model.ts';
import { replay } from '../../src/runs/index.ts';
import { anyTurns } from './arbitrary-run.ts';
import {
  callFinished,
  closedEvent,
  finished,
  openedEvent,
  promptEvent,
  repliedEvent,
  scriptRun,
  started,
  toolUse,
  USAGE,
} from './scripted-run.ts';

function lined(events: readonly RunEvent[], start = '2026-03-01T03:00:00Z') {
  return events.map((event, index) => ({
    time: new Date(Date.parse(start) + index * 1000).toISOString(),
    event,
  }));
}

const text = (words: string) => ({ type: 'text' as const, text: words });
const result = (toolUseId: string, content: string, isError = false) => ({
  type: 'tool_result' as const,
  toolUseId,
  content,
  isError,
});

/** What every model server asks for. */
function expectToBeSendable(messages: readonly Message[]): void {
  messages.forEach((message, index) => {
    expect(message.role).toBe(index % 2 === 0 ? 'user' : 'assistant');
    expect(message.content.length).toBeGreaterThan(0);
    const before = messages[index - 1]?.content ?? [];
    const uses = before.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    const results = message.content.flatMap((block) =>
      block.type === 'tool_result' ? [block.toolUseId] : [],
    );
    expect(results).toEqual(uses);
    const kinds = message.content.map(({ type }) => type);
    expect(kinds.lastIndexOf('tool_result')).toBe(results.length - 1);
  });
  expect(messages.at(-1)?.content.some(({ type }) => type === 'tool_use') ?? false).toBe(false);
}

describe('replaying a run log', () => {
  it('takes no report for an answer to what was asked after it', () => {
    // What it says is of no account here.
    const made = { type: 'report.made', report: { outcome: 'healthy' } } as RunEvent;
    const resumed = (prompt: string | null): RunEvent => ({ type: 'run.resumed', model: null, prompt });
    const reportOf = (...events: RunEvent[]) => replay(lined([openedEvent('r1'), made, ...events])).report;
    expect(reportOf(resumed(null))).toEqual({ outcome: 'healthy' });
    expect(reportOf(resumed('second'))).toBeNull();
    expect(reportOf(resumed('second'), resumed(null))).toBeNull();
    expect(reportOf(resumed('second'), made)).toEqual({ outcome: 'healthy' });
  });

  it.each([
    ['a local model', { place: 'local' as const }, true],
    ['a model in the cloud', { place: 'cloud' as const }, false],
    ['nobody knows whom', {}, true],
  ])('says of a prompt built for %s whether it holds what must stay local', (_, place, expected) => {
    const prompt = { ...promptEvent(), ...place } as RunEvent;
    // The rest of an item is of no account here.
    const taken = {
      type: 'snapshot.taken',
      items: [{ id: 'P1', egress: 'local' }],
      durationMs: 1,
    } as RunEvent;
    expect(replay(lined([openedEvent('r1'), taken, prompt])).staysLocal).toBe(expected);
    expect(replay(lined([openedEvent('r1'), prompt])).staysLocal).toBe(false);
  });

  it('puts results into the order of their calls', () => {
    const { messages, unanswered, nextCallNumber } = replay(
      lined([
        openedEvent('r1'),
        promptEvent('Look.'),
        repliedEvent(1, [text('I look.'), toolUse('a'), toolUse('b')]),
        callFinished('C2', 'b', 'second'),
        callFinished('C1', 'a', 'first'),
        repliedEvent(2, [text('Done.')]),
      ]),
    );
    expect(messages).toEqual([
      { role: 'user', content: [text('Look.')] },
      { role: 'assistant', content: [text('I look.'), toolUse('a'), toolUse('b')] },
      { role: 'user', content: [result('a', 'first'), result('b', 'second')] },
      { role: 'assistant', content: [text('Done.')] },
    ]);
    expect(unanswered).toEqual([]);
    expect(nextCallNumber).toBe(3);
  });

  it('tells calls apart that never began, that nobody saw end, and whose output is lost', () => {
    const { messages, unanswered } = replay(
      lined([
        openedEvent('r1'),
        promptEvent('Look.'),
        repliedEvent(1, [toolUse('a'), toolUse('b'), toolUse('c')]),
        started('C1'),
        finished('C1', false),
        started('C2.before'),
        finished('C2.before'),
        started('C2', 'reversible'),
      ]),
    );
    expect(unanswered.map(({ call, state }) => [call, state])).toEqual([
      ['C1', 'output-lost'],
      ['C2', 'unknown'],
      ['C3', 'never-started'],
    ]);
    expect(messages.at(-1)).toEqual({
      role: 'user',
      content: [
        result(
          'a',
          'Output lost: this ran to its end (do C1: exit 1), but steward was killed before its output was kept. Look at the state before you repeat it.',
          true,
        ),
        result(
          'b',
          'Outcome unknown: steward was killed while this ran (do C2.before: exit 0; do C2). Look at the state before you repeat it.',
          true,
        ),
        result('c', 'Not run: steward was interrupted before this started.', true),
      ],
    });
  });

  it('does not take the steps of C10 for those of C1', () => {
    const uses = Array.from({ length: 10 }, (_, index) => toolUse(`t${index + 1}`));
    const { unanswered } = replay(lined([promptEvent(), repliedEvent(1, uses), started('C10')]));
    expect(unanswered.map(({ state }) => state)).toEqual([...Array(9).fill('never-started'), 'unknown']);
  });

  it('does not take the steps of an earlier reply for those of the last, where a lost line confused the numbers', () => {
    const { unanswered } = replay(lined([promptEvent(), started('C1'), repliedEvent(2, [toolUse('b')])]));
    expect(unanswered.map(({ call, state }) => [call, state])).toEqual([['C1', 'never-started']]);
  });

  it('hears what the operator said when the run was resumed', () => {
    const { messages, unanswered, closed } = replay(
      lined([
        openedEvent('r1'),
        promptEvent('Look.'),
        repliedEvent(1, [toolUse('a')]),
        closedEvent({ reason: 'terminated' }),
        { type: 'run.resumed', model: null, prompt: 'Only the disks.' },
      ]),
    );
    expect(messages.at(-1)).toEqual({
      role: 'user',
      content: [
        result('a', 'Not run: steward was interrupted before this started.', true),
        text('Only the disks.'),
      ],
    });
    expect(unanswered).toEqual([]);
    expect(closed).toBeNull();
  });

  it('takes a reduced conversation for the whole', () => {
    const messages: Message[] = [
      { role: 'user', content: [text('In short: all is well.')] },
      { role: 'assistant', content: [toolUse('x')] },
      { role: 'user', content: [result('x', 'kept')] },
    ];
    const replayed = replay(
      lined([
        promptEvent('Look.'),
        repliedEvent(1, [toolUse('a')]),
        callFinished('C1', 'a', 'long'),
        {
          type: 'context.reduced',
          method: 'summarise',
          droppedBytes: 4,
          messages,
          usage: NO_USAGE,
          costUsd: 0,
        },
        repliedEvent(2, [toolUse('b')]),
      ]),
    );
    expect(replayed.messages.slice(0, 4)).toEqual([
      ...messages,
      { role: 'assistant', content: [toolUse('b')] },
    ]);
    expect(replayed.unanswered.map(({ call }) => call)).toEqual(['C2']);
    expect(replayed.nextCallNumber).toBe(3);
  });

  it('adds up what was spent, and says so when a price is not known', () => {
    const reply = repliedEvent(1, [text('a')]);
    const failed: RunEvent = {
      type: 'model.failed',
      model: 'm',
      class: 'retry',
      status: 529,
      message: 'overloaded',
      resumeAt: null,
      attempt: 1,
      usage: { ...USAGE, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
      costUsd: null,
    };
    const two = replay(lined([failed, reply, { ...reply, turn: 2 }]));
    expect(two.usage).toEqual({
      inputTokens: 200,
      outputTokens: 20,
      cacheReadTokens: 10,
      cacheWriteTokens: 2,
    });
    expect(two.costUsd).toBeCloseTo(0.002);
    expect(two.turns).toBe(2);
    expect(replay(lined([reply, { ...reply, costUsd: null }])).costUsd).toBeNull();
  });

  it('lists what was done above observe, with how it ended', () => {
    const { effects } = replay(
      lined([
        started('C1'),
        finished('C1'),
        started('C2', 'reversible'),
        finished('C2'),
        started('C3', 'reversible'),
        finished('C3', false),
        started('C4', 'reversible'),
        { type: 'step.unknown', step: 'C4', effect: 'reversible', command: 'do C4' },
      ]),
    );
    expect(effects.map(({ step, end }) => [step, end])).toEqual([
      ['C2', 'ok'],
      ['C3', 'failed'],
      ['C4', 'unknown'],
    ]);
  });

  it('counts the time of each sitting and none in between', () => {
    const first = lined([openedEvent('r1'), promptEvent(), closedEvent()]);
    const second = lined(
      [{ type: 'run.resumed', model: null, prompt: null }, repliedEvent(1, [text('a')])],
      '2026-03-02T08:00:00Z',
    );
    expect(replay([...first, ...second]).spentMs).toBe(3000);
  });

  it('knows the end of a run that is closed, whatever is noted behind it', () => {
    const events = [
      openedEvent('r1'),
      closedEvent(),
      { type: 'notice.given', level: 'info', text: 'x' } as const,
    ];
    expect(replay(lined(events)).closed).toEqual(closedEvent());
  });

  it('says that the beginning is lost when it is', () => {
    const { messages } = replay(lined([repliedEvent(1, [toolUse('a')]), callFinished('C1', 'a', 'x')]));
    expectToBeSendable(messages);
    expect(messages[0]?.content[0]).toMatchObject({ type: 'text', text: expect.stringContaining('is lost') });
  });

  it('gives a conversation that can be sent, whatever ran and wherever it was cut', () => {
    fc.assert(
      fc.property(anyTurns, fc.nat(), (turns, at) => {
        const events = scriptRun('r1', turns);
        const cut = events.slice(0, at % (events.length + 1));
        const { messages, nextCallNumber } = replay(lined(cut));
        expectToBeSendable(messages);
        const calls = cut.flatMap((event) => (event.type === 'model.replied' ? event.content : []));
        expect(nextCallNumber).toBe(1 + calls.filter(({ type }) => type === 'tool_use').length);
      }),
      { numRuns: 500 },
    );
  });

  it('gives one that can be sent also when lines are missing, doubled or out of order', () => {
    fc.assert(
      fc.property(anyTurns, fc.array(fc.nat(), { maxLength: 60 }), (turns, picks) => {
        const events = scriptRun('r1', turns);
        const jumbled = picks.flatMap((pick) => events[pick % events.length] ?? []);
        expectToBeSendable(replay(lined(jumbled)).messages);
        const thinned = events.filter((_, index) => !picks.includes(index));
        expectToBeSendable(replay(lined(thinned)).messages);
      }),
      { numRuns: 500 },
    );
  });

  it('goes on after a resume where the killed run would have: same messages, new ones behind', () => {
    fc.assert(
      fc.property(anyTurns, fc.nat(), (turns, at) => {
        const events = scriptRun('r1', turns);
        const begun = events.findIndex(({ type }) => type === 'prompt.built') + 1;
        const cut = events.slice(0, begun + (at % (events.length - begun + 1)));
        const before = replay(lined(cut)).messages;
        const after = replay(
          lined([
            ...cut,
            { type: 'run.resumed', model: null, prompt: null },
            repliedEvent(99, [text('On I go.')]),
          ]),
        ).messages;
        expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
        expectToBeSendable(after);
        expect(after.at(-1)?.content.at(-1)).toEqual(text('On I go.'));
      }),
      { numRuns: 300 },
    );
  });

  it('gives back what a sitting said with its prompt: its preface, what was piped in a fence, the prompt last', () => {
    const built: RunEvent = {
      type: 'prompt.built',
      system: ['s'],
      messages: [{ role: 'user', content: [text('Hello')] }],
      marker: 'a1b2c3d4e5f60718',
      bytes: 9,
    };
    const resumed: RunEvent = {
      type: 'run.resumed',
      model: null,
      prompt: 'Why?',
      preface: ['It is late.'],
      input: 'a log',
    };
    const lines = lined([openedEvent('r1'), built, repliedEvent(1, [text('Hi.')]), resumed]);
    expect(replay(lines).messages.at(-1)?.content).toEqual([
      text('It is late.'),
      text(
        'Given with the prompt on stdin:\n<data-a1b2c3d4e5f60718 of="stdin">\na log\n</data-a1b2c3d4e5f60718>',
      ),
      text('Why?'),
    ]);
  });

  it('keeps what any sitting was denied', () => {
    const resumed = (denied?: string[]): RunEvent => ({
      type: 'run.resumed',
      model: null,
      prompt: null,
      ...(denied === undefined ? {} : { denied }),
    });
    const opened = openedEvent('r1', { denied: ['Bash'] });
    expect(replay(lined([openedEvent('r1')])).denied).toEqual([]);
    expect(replay(lined([opened, resumed(['Bash', 'Write']), resumed()])).denied).toEqual(['Bash', 'Write']);
    expect(replay(lined([resumed(['Edit'])])).denied).toEqual(['Edit']);
  });
});
