import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Happening } from '../../../src/app/client.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';
import { NO_USAGE } from '../../../src/protocol/model.ts';
import type { Input } from '../../../src/tui/store/input.ts';
import { reduce, reduceAll } from '../../../src/tui/store/reduce.ts';
import { focusOf, initialState, type ScreenState } from '../../../src/tui/store/state.ts';
import { statusOf } from '../../fakes/client.ts';
import {
  ANSWER,
  called,
  closed,
  decided,
  fenced,
  finished,
  opened,
  replied,
  requested,
  restartQuestion,
  started,
} from '../../fakes/conversation.ts';
import { delta, happened, paper, paperText, tell } from '../support.ts';

const SIZE = { columns: 80, rows: 24 };

describe('the screen as data', () => {
  it('is valid after any inputs in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyInput(), { maxLength: 5 }), { maxLength: 40 }), (batches) => {
        let state = initialState(SIZE);
        const printed = new Set<number>();
        for (const batch of batches) {
          state = reduceAll(state, batch);
          checkValid(state);
          if (!state.transcript.printing.isPrinted && state.handedTo === null) {
            for (const { id } of state.transcript.printing.items) {
              expect(printed.has(id)).toBe(false);
              printed.add(id);
            }
            state = reduce(state, { kind: 'printed', batch: state.transcript.printing.number });
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is the same when a log is told again, however it was told the first time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const lived = conversation(true);
        let live = paper(SIZE);
        for (let at = 0, n = 0; at < lived.length; n++) {
          const size = sizes[n % sizes.length] ?? 1;
          live = tell(live, ...lived.slice(at, at + size));
          at += size;
        }
        const replayed = tell(paper(SIZE), ...conversation(false));
        expect(paperText(live)).toBe(paperText(replayed));
      }),
      { numRuns: 50 },
    );
  });

  it('asks one question after the other, and none that was answered or outlived its turn', () => {
    const ask = (id: string): Happening => ({ kind: 'question', question: restartQuestion({ id }) });
    let screen = tell(paper(), ask('Q1'), ask('Q2'));
    expect(focusOf(screen.state)).toBe('question');
    expect(screen.state.questions.map(({ id }) => id)).toEqual(['Q1', 'Q2']);
    screen = tell(screen, { kind: 'answered', question: 'Q1', answer: { kind: 'once' }, rule: null });
    expect(screen.state.questions.map(({ id }) => id)).toEqual(['Q2']);
    screen = tell(screen, happened(closed({ outcome: 'stopped', reason: 'interrupted' })));
    expect(screen.state.questions).toEqual([]);
    expect(focusOf(screen.state)).toBe('editor');
  });

  it('says once what an answer did, and again when the log is read again', () => {
    const rule = { rule: 'Bash(systemctl restart x)', applies: true };
    const logged = happened({
      type: 'step.answered',
      step: 'C3',
      question: 'Q1',
      answer: 'run',
      comment: null,
      rule,
    });
    const told: Happening = { kind: 'answered', question: 'Q1', answer: { kind: 'run' }, rule };
    const expected = paperText(tell(paper(), logged));
    expect(expected).toContain('for the rest of this run: Bash(systemctl restart x)');
    expect(paperText(tell(paper(), told, logged))).toBe(expected);
    expect(paperText(tell(paper(), logged, told))).toBe(expected);
  });

  it('shows what was said while a turn worked, and how a change went', () => {
    const message = {
      role: 'user' as const,
      content: [{ type: 'text' as const, text: 'look at /var first' }],
    };
    const screen = tell(
      paper(),
      happened({ type: 'message.added', message, by: 'operator' }),
      happened({
        type: 'message.added',
        message: { role: 'user', content: [{ type: 'text', text: 'go on' }] },
      }),
      happened({
        type: 'change.ended',
        change: 'X1',
        end: 'rolled-back',
        failed: 'verify 1',
        message: 'it is as it was',
      }),
    );
    expect(paperText(screen)).toBe(`
❯ look at /var first

↑ X1 was rolled back: all is as it was before
  ⎿ verify 1 · it is as it was`);
  });

  it('keeps the words of a tool out of the diff before them', () => {
    const text = `${fenced('C1', '@@ line 2 @@\n-a\n+b')}\nChanged /etc/app.conf: 1 place.`;
    const told = tell(paper(), happened(called('C1', 'Edit', { file_path: '/etc/app.conf' }, { text })));
    expect(paperText(told)).toContain('+ b');
    expect(paperText(told)).not.toContain('1 place');
    expect(told.state.transcript.openables.at(-1)?.text).toBe('@@ line 2 @@\n-a\n+b');
  });

  it('shows at which step a change is, and at its end what was done and what proved it', () => {
    const place = { change: 'X1', target: 0, index: 0 };
    const step = (phase: 'check' | 'apply' | 'verify', text: string, ok = true): Happening[] => [
      happened({ type: 'change.began', ...place, phase, text }),
      happened({ type: 'change.finished', ...place, phase, ok, detail: 'exit 3\nand more', durationMs: 40 }),
    ];
    const working = tell(
      paper(),
      ...step('check', 'the files as they will be'),
      ...step('apply', 'edit /etc/app.conf'),
      happened({ type: 'change.began', ...place, phase: 'verify', text: 'app is active' }),
    );
    expect(working.state.transcript.calls).toMatchObject([{ id: 'X1', command: 'app is active' }]);
    const ended = tell(
      working,
      ...step('verify', 'app is active', false).slice(1),
      happened({ type: 'change.ended', change: 'X1', end: 'held', failed: null, message: 'it is applied' }),
    );
    expect(ended.state.transcript.calls).toEqual([]);
    expect(paperText(ended)).toBe(`
✓ X1 held: it is applied and verified
  ⎿ ✓ edit /etc/app.conf · 40ms
  ⎿ ✗ app is active · exit 3 · 40ms`);
  });

  it('says once why the model did not answer, and nothing of what was interrupted', () => {
    const failed = (kind: 'login' | 'retry' | 'aborted', message: string, attempt = 1): Happening =>
      happened({
        type: 'model.failed',
        model: 'big',
        class: kind,
        status: null,
        message,
        resumeAt: null,
        attempt,
        usage: NO_USAGE,
        costUsd: null,
      });
    const end = { outcome: 'failed', reason: 'login', message: 'big: 401', turns: 0 } as const;
    const all = (...happenings: Happening[]) => paperText(tell(paper(), ...happenings));
    expect(all(failed('login', 'big: 401'), happened(closed(end))).match(/401/g)).toHaveLength(1);
    expect(all(failed('login', 'big: 401'), happened(requested()))).toBe('\n▲ big: 401');
    expect(all(failed('retry', '529'), failed('retry', '529', 2))).toBe(
      '\n▲ big: 529\n\n▲ big: 529 (attempt 2)',
    );
    expect(all(failed('aborted', 'given up'))).toBe('');
  });

  it('prints nothing while the terminal is lent, and all of it afterwards', () => {
    let state = reduce(initialState(SIZE), { kind: 'terminal-given', to: 'pager' });
    state = reduce(state, { kind: 'happened', happening: happened(replied('While you read.')) });
    expect(state.transcript.printing.isPrinted).toBe(true);
    state = reduce(state, { kind: 'terminal-back' });
    expect(state.transcript.printing).toMatchObject({ isPrinted: false, items: [{ kind: 'text' }] });
  });

  it('prints a long session in batches', () => {
    const many = Array.from({ length: 250 }, (_, n) =>
      happened({ type: 'notice.given', level: 'info', text: `notice ${n}` }),
    );
    let state = reduceAll(
      initialState(SIZE),
      many.map((happening) => ({ kind: 'happened', happening })),
    );
    const sizes = [];
    while (!state.transcript.printing.isPrinted) {
      sizes.push(state.transcript.printing.items.length);
      state = reduce(state, { kind: 'printed', batch: state.transcript.printing.number });
    }
    expect(sizes).toEqual([100, 100, 50]);
  });

  it('shows the call that runs, its newest output, and in the end one line of it', () => {
    const command = 'journalctl -u postgresql';
    let screen = tell(paper(), happened(decided('C1', command)), happened(started('C1', command)));
    screen = tell(screen, { kind: 'output', call: 'C1', text: 'one\ntwo\n' });
    expect(screen.state.transcript.calls).toMatchObject([{ id: 'C1', command, output: 'one\ntwo\n' }]);
    screen = tell(screen, happened(finished('C1')), happened(called('C1', 'Bash', { command })));
    expect(screen.state.transcript.calls).toEqual([]);
    expect(paperText(screen)).toBe(`\n○ ${command} · 42ms`);
  });

  it('says of a call that the end of the run cut off that nobody knows', () => {
    const command = 'systemctl restart nginx';
    const screen = tell(
      paper(),
      happened(decided('C1', command, { effect: 'disruptive' })),
      happened(started('C1', command)),
      happened(closed({ outcome: 'stopped', reason: 'interrupted' })),
    );
    expect(paperText(screen)).toContain('nobody saw how it ended');
  });

  it('keeps no more than a bound of what streams', () => {
    let screen = tell(paper(), happened(decided('C1', 'cat big')), happened(started('C1', 'cat big')));
    for (let n = 0; n < 1_000; n++) {
      screen = tell(screen, { kind: 'output', call: 'C1', text: 'x'.repeat(4_096) });
    }
    expect(JSON.stringify(screen.state).length).toBeLessThan(20_000);
  });

  it('keeps no more than a bound of what was printed', () => {
    let state = initialState(SIZE);
    for (let n = 0; n < 2_000; n++) {
      const text = fenced('C1', `${'line of output\n'.repeat(200)}${n}`);
      const happening = happened(called(`C${n}`, 'Bash', { command: 'x' }, { text }));
      state = reduce(state, { kind: 'happened', happening });
      state = reduce(state, { kind: 'printed', batch: state.transcript.printing.number });
    }
    expect(JSON.stringify(state).length).toBeLessThan(600_000);
    expect(state.transcript.openables.at(-1)?.text).toContain('1999');
    expect(state.transcript.openables.at(0)).toMatchObject({ text: null, seq: expect.any(Number) });
  });

  it('begins anew when another run is opened', () => {
    const before = tell(paper(), happened(replied('Of the old run.')), delta('Half of'));
    const after = tell(before, { kind: 'opened', run: '5f3c2a10-0000', name: 'postgres', older: 4_900 });
    expect(paperText(after)).toContain('postgres · 4,900 earlier lines: ctrl+o');
    expect(after.state.transcript).toMatchObject({ reply: null, calls: [], openables: [], older: 4_900 });
  });
});

/** As it is told while it happens, with what passes, or as its log tells it. */
function conversation(isLive: boolean): Happening[] {
  const pieces = (text: string, type: 'text' | 'thinking' = 'text'): Happening[] =>
    isLive ? (text.match(/[\s\S]{1,11}/gu) ?? []).map((part) => delta(part, type)) : [];
  const events = (...list: RunEvent[]): Happening[] => list.map((event) => happened(event));
  const command = 'systemctl status postgresql';
  return [
    ...events(opened('why is it down?'), requested()),
    ...pieces('The unit, then its journal.', 'thinking'),
    ...pieces('I look at the unit.'),
    ...events(replied('I look at the unit.', { thinking: 'The unit, then its journal.' })),
    ...events(decided('C1', command), started('C1', command)),
    ...(isLive ? [{ kind: 'output' as const, call: 'C1', text: 'active: failed' }] : []),
    ...events(finished('C1', 'exit 3'), called('C1', 'Bash', { command }, { ok: false })),
    ...events(requested(2)),
    ...pieces(ANSWER),
    ...events(replied(ANSWER), closed()),
  ];
}

function checkValid({ transcript, size }: ScreenState): void {
  const ids = [...transcript.printing.items, ...transcript.ready].map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  expect(Math.max(-1, ...ids)).toBeLessThan(transcript.nextId);
  expect(transcript.printing.items.length).toBeLessThanOrEqual(100);
  expect(new Set(transcript.calls.map(({ id }) => id)).size).toBe(transcript.calls.length);
  expect(size.columns).toBeGreaterThan(0);
}

function anyInput(): fc.Arbitrary<Input> {
  const step = fc.constantFrom('C1', 'C2', 'C3.before', 'P1', '');
  const event: fc.Arbitrary<RunEvent> = fc.oneof(
    fc.constantFrom(requested(), replied(ANSWER), replied(''), closed(), opened('go')),
    step.map((id) => decided(id, 'ls')),
    step.map((id) => started(id, 'ls')),
    step.map((id) => finished(id)),
    step.map((id) => called(id, 'Edit', null)),
    fc.constantFrom<RunEvent>(
      { type: 'operator.began', id: 'O1', command: 'ls', cwd: '/', isTold: true },
      {
        type: 'operator.ended',
        id: 'O1',
        exitCode: 0,
        signal: null,
        durationMs: 1,
        outputBytes: 0,
        output: '',
      },
      { type: 'run.rewound', point: 3, prompt: 'go', restored: [], refused: [] },
      { type: 'log.repaired', cutBytes: 1, damagedLines: [], unknownSteps: ['C1'], unansweredCalls: [] },
    ),
  );
  const happening: fc.Arbitrary<Happening> = fc.oneof(
    { weight: 4, arbitrary: event.map((one) => happened(one, 'not a time')) },
    fc.constantFrom('a', '\n\n', '```', '- x\n', '| a |\n', '**').map((text) => delta(text)),
    fc.string().map((text) => delta(text, 'thinking')),
    step.map((call): Happening => ({ kind: 'output', call, text: 'out\n' })),
    fc
      .constantFrom('Q1', 'Q2')
      .map((id): Happening => ({ kind: 'question', question: restartQuestion({ id }) })),
    fc
      .constantFrom('Q1', 'Q3')
      .map((question): Happening => ({ kind: 'answered', question, answer: { kind: 'once' }, rule: null })),
    fc.constantFrom<Happening>(
      { kind: 'status', status: statusOf() },
      { kind: 'opened', run: null, name: null, older: 0 },
      { kind: 'opened', run: 'r', name: null, older: 7 },
      { kind: 'queue', waiting: ['next'] },
      { kind: 'trouble', text: 'no', hint: null },
    ),
  );
  return fc.oneof(
    { weight: 6, arbitrary: happening.map((one): Input => ({ kind: 'happened', happening: one })) },
    fc.constantFrom<Input>(
      { kind: 'resized', size: { columns: 40, rows: 10 } },
      { kind: 'printed', batch: 1 },
      { kind: 'picker-opened', picker: 'model' },
      { kind: 'picker-closed' },
      { kind: 'terminal-given', to: 'pager' },
      { kind: 'terminal-back' },
      { kind: 'shown', item: { kind: 'page', title: 'cost', markdown: '# cost' } },
    ),
  );
}
