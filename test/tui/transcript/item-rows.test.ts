import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FinishedCall, Item, ItemBody } from '../../../src/tui/store/item.ts';
import { itemRows } from '../../../src/tui/transcript/item-rows.ts';
import { frame, textOf, widest } from '../support.ts';

const CALL: FinishedCall = {
  id: 'C1',
  tool: 'Bash',
  input: { command: 'df -P' },
  command: 'df -P',
  effect: 'observe',
  target: 'nuc1',
  rule: 'spec:df',
  reason: null,
  startedAt: 0,
  output: '',
  summary: 'exit 0',
  result: 'ok',
  durationMs: 42,
  preview: 'one\ntwo\nthree',
  hiddenLines: 0,
};

const show = (body: ItemBody, columns = 60): string => textOf(itemRows({ ...body, id: 0 }, frame(columns)));
const call = (change: Partial<FinishedCall>): ItemBody => ({ kind: 'call', call: { ...CALL, ...change } });

describe('a call in the transcript', () => {
  it('is one line: effect, command, what came of it, how long it took', () => {
    expect(show(call({}))).toBe('\n○ df -P · 3 lines · 42ms');
    expect(show(call({ effect: 'reversible', preview: '' }))).toBe('\n◐ df -P · done · 42ms');
  });

  it('names the rule of a refused one, whatever its effect', () => {
    const refused = call({
      result: 'refused',
      effect: 'irreversible',
      command: 'rm -rf /',
      rule: 'floor:delete-tree',
      reason: 'Nothing brings it back.',
    });
    expect(show(refused)).toBe('\n◆ rm -rf /\n  ⎿ ✗ refused by floor:delete-tree: Nothing brings it back.');
  });

  it('shows the head of what a failed one wrote', () => {
    const failed = call({ result: 'failed', summary: 'exit 4', preview: 'a\n\nb\nc\nd', hiddenLines: 8 });
    expect(show(failed)).toBe(`
○ df -P · exit 4 · 13 lines · 42ms
  ⎿ a
    b
    c
    … 9 more lines · ctrl+o`);
  });

  it('shows the diff of an edit by the name of its file', () => {
    const edit = call({
      tool: 'Edit',
      input: { file_path: '/etc/x.conf' },
      effect: 'reversible',
      preview: '@@ line 3 @@\n-a\n+b',
    });
    expect(show(edit)).toBe(`
◐ Edit /etc/x.conf · done · 42ms
    @@ line 3 @@
      3 - a
      3 + b`);
  });

  it('cuts a long command after three rows, and shows line ends in it', () => {
    expect(show(call({ command: 'set -e\necho hi', preview: '' }))).toBe('\n○ set -e ⏎ echo hi · 42ms');
    const rows = show(call({ command: 'word '.repeat(100).trim() }), 30).split('\n');
    expect(rows.length).toBeLessThanOrEqual(5);
    expect(rows.join('\n')).toContain('…');
  });
});

describe('what the screen says itself', () => {
  it.each<[ItemBody, string]>([
    [{ kind: 'prompt', text: 'why?\nand how?', how: 'said' }, '\n❯ why?\n  and how?'],
    [{ kind: 'prompt', text: 'health-check', how: 'goal' }, '\n❯ goal health-check'],
    [{ kind: 'thinking', words: 1 }, '\n✻ thought for 1 word · ctrl+o'],
    [{ kind: 'notice', level: 'trouble', text: 'no room', hint: 'free some' }, '\n✗ no room\n  ⎿ free some'],
    [
      {
        kind: 'own',
        line: 'ls',
        isTold: false,
        isSeen: false,
        ended: { exitCode: null, signal: 'SIGTERM', durationMs: 1_500 },
      },
      '\n! ls\n  ⎿ killed by SIGTERM · 1.5s · the model is not told',
    ],
    [
      {
        kind: 'own',
        line: 'ls',
        isTold: true,
        isSeen: true,
        ended: { exitCode: 0, signal: null, durationMs: 4 },
      },
      '  ⎿ exit 0 · 4ms · the model is told',
    ],
    [
      {
        kind: 'rewound',
        prompt: 'make room',
        restored: ['/a'],
        refused: [{ path: '/b', reason: 'changed since' }],
      },
      '\n↑ back to before make room\n  ⎿ ✓ /a is as it was\n  ⎿ ✗ /b was left: changed since',
    ],
    [
      { kind: 'compacted', method: 'prune', droppedBytes: 4_096 },
      '\n→ old output was left out (4 KiB) to make room',
    ],
    [
      { kind: 'snapshot', answered: 11, asked: 12, durationMs: 900, silent: ['consul unreachable'] },
      '\n○ looked at 11 of 12 things · 900ms\n  ⎿ no answer: consul unreachable',
    ],
    [
      {
        kind: 'ended',
        ending: {
          outcome: 'stopped',
          reason: 'interrupted',
          message: null,
          turns: 0,
          tokens: 0,
          costUsd: null,
          durationMs: 61_000,
        },
      },
      '\n▲ stopped · 1m1s',
    ],
  ])('%j', (body, expected) => {
    expect(show(body)).toBe(expected);
  });

  it('takes quotes off words that need none', () => {
    const shown = (command: string): string =>
      show(call({ command, tool: 'Bash' }))
        .trim()
        .slice(2);
    expect(shown("'df' '-h' | 'sort'; 'ls' '-d' '/etc/host'*")).toContain('df -h | sort; ls -d /etc/host*');
    expect(shown("'grep' 'a b' '$x' 'a'\\''b' '*'")).toContain("grep 'a b' '$x' 'a'\\''b' '*'");
  });

  it('is never wider than the window, and holds no escape sequence, whatever it is given', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('日本語'.repeat(30), 'x'.repeat(200), '\u001b[2Jhi\u0007', 'a\tb', '\r\n'),
    );
    const body: fc.Arbitrary<ItemBody> = fc.oneof(
      text.map((one): ItemBody => ({ kind: 'prompt', text: one, how: 'said' })),
      text.map((one): ItemBody => ({ kind: 'notice', level: 'warning', text: one, hint: one })),
      text.map((one) => call({ command: one, preview: one, result: 'failed', summary: one })),
      text.map((one) => call({ tool: 'Edit', input: { file_path: one }, preview: `@@ line 1 @@\n+${one}` })),
      text.map((one) => call({ result: 'refused', rule: one, reason: one })),
      text.map((one): ItemBody => ({ kind: 'page', title: one, markdown: one })),
      text.map((one): ItemBody => ({ kind: 'plain', text: one })),
      text.map((one): ItemBody => ({ kind: 'opened', run: one, name: one, older: 3 })),
    );
    fc.assert(
      fc.property(body, fc.integer({ min: 20, max: 120 }), (one, columns) => {
        const rows = itemRows({ ...one, id: 0 } as Item, frame(columns));
        expect(widest(rows)).toBeLessThanOrEqual(columns);
        expect(textOf(rows)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 400 },
    );
  });
});
