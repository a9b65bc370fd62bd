import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawEditor } from '../../../src/tui/editor/draw.ts';
import { type EditorState, EMPTY_EDITOR, type Input } from '../../../src/tui/editor/state.ts';
import { rowText, rowWidth } from '../../../src/tui/rows/row.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../../src/tui/theme/glyphs.ts';
import { anyText, around, chord, press, run, typed } from './editing.ts';

const SMALL = { columns: 40, maxRows: 4 };

/** The rows, and the cursor as `▏` before the column where it is. */
function screen(state: EditorState, over: Parameters<typeof around>[0] = {}): string[] {
  const { rows, cursor } = drawEditor(state, around(over), UNICODE_GLYPHS);
  return rows.map((row, y) => {
    const text = rowText(row);
    return (y === cursor.y ? `${text.slice(0, cursor.x)}▏${text.slice(cursor.x)}` : text).trimEnd();
  });
}

describe('the editor on the screen', () => {
  it('says what can be typed while nothing is', () => {
    expect(screen(EMPTY_EDITOR)).toEqual([
      '─'.repeat(80),
      '❯ ▏ask, or ! for a command, / for more, ? for keys',
    ]);
    expect(screen(EMPTY_EDITOR, { ...SMALL, isWorking: true })).toEqual(['❯ ▏type ahead; Esc interrupts']);
  });

  it('shows the name of a command whole before its arguments', () => {
    const [compact] = around().commands.filter(({ name }) => name === 'compact');
    if (compact === undefined) throw new Error('no command is called compact');
    const commands = [{ ...compact, argumentHint: '[what to keep above all]' }];
    const where = around({ columns: 40, maxRows: 6, commands });
    const rows = screen(press('"/"', EMPTY_EDITOR, where).state, where);
    expect(rows.find((row) => row.startsWith('▸'))).toMatch(/^▸ \/compact \[what to k/);
  });

  it('leaves room for what commands are for beside one with many arguments', () => {
    const commands = around().commands.map((command, index) =>
      index === 0 ? { ...command, argumentHint: '[one] [two] [three] [four] [five] [six]' } : command,
    );
    const where = around({ columns: 80, maxRows: 6, commands });
    const rows = screen(press('"/"', EMPTY_EDITOR, where).state, where);
    expect(rows.find((row) => row.startsWith('▸'))?.indexOf('  ', 4)).toBeLessThanOrEqual(38);
  });

  it("shows the operator's own command with its own prompt", () => {
    expect(screen(press('"!df -h"').state, SMALL)).toEqual(['! df -h▏']);
    expect(screen(press('"!!df -h" ctrl+a').state, SMALL)).toEqual(['!! ▏df -h']);
    expect(screen(press('"!!df -h" ctrl+a left').state, SMALL)).toEqual(['!▏! df -h']);
  });

  it('scrolls a long text within its room, and marks where there is more', () => {
    const where = around(SMALL);
    const { state } = press('"a" ctrl+j "b" ctrl+j "c" ctrl+j "d"', EMPTY_EDITOR, where);
    expect(screen(state, SMALL)).toEqual(['↑ c', '  d▏']);
    expect(screen(press('up up', state, where).state, SMALL)).toEqual(['↑ b▏', '↓ c']);
    expect(screen(press('ctrl+home', state, where).state, SMALL)).toEqual(['❯ ▏a', '↓ b']);
  });

  it('shows a paste by its name, and how it is opened', () => {
    const { state } = run([typed('see '), { kind: 'paste', text: '1\n2\n3\n4\n' }]);
    expect(screen(state, SMALL)).toEqual(['❯ see [pasted 4 lines #1]▏', '  Tab opens the paste']);
  });

  it('lists commands with what may follow them', () => {
    expect(screen(press('"/co" down').state, { columns: 50, maxRows: 7 })).toEqual([
      '❯ /co▏',
      '  /compact [focus]  make room in the context',
      '▸ /cost             what it has cost',
    ]);
    expect(screen(press('"/compact "').state, SMALL)).toEqual(['❯ /compact ▏[focus]']);
    expect(screen(press('"/zzz"').state, SMALL)).toEqual(['❯ /zzz▏', '  no command /zzz']);
  });

  it('shows as many proposals as there is room, and where in them one is', () => {
    const asked = press('"@"').state;
    const mentions = Array.from({ length: 9 }, (_, index) => ({
      text: `@file-${index}`,
      kind: 'file' as const,
      note: '',
    }));
    const { state } = run(
      [{ kind: 'mentions', id: 1, mentions }, ...Array<Input>(5).fill(chord('down'))],
      asked,
    );
    expect(screen(state, { columns: 40, maxRows: 5 })).toEqual([
      '❯ @▏',
      '  @file-4',
      '▸ @file-5',
      '  @file-6',
      '  6 of 9',
    ]);
  });

  it('shows what is searched for and what was found', () => {
    const { state } = run([{ kind: 'history', entries: ['restart nginx'] }, chord('ctrl+r'), typed('ngi')]);
    expect(screen(state, SMALL)).toEqual(['❯ restart ▏nginx', '  search ngi']);
    expect(screen(press('"x"', state).state, SMALL)).toEqual([
      '❯ restart ▏nginx',
      '  search ngix  not found',
    ]);
    const { rows } = drawEditor(state, around(SMALL), UNICODE_GLYPHS);
    expect(rows[0]?.find(({ style }) => style === 'match')?.text).toBe('ngi');
  });

  it('says what is about to be done that cannot be undone', () => {
    const asked = press('"!mkfs /dev/sda" enter').state;
    const { state } = run([{ kind: 'weighed', id: 1, warning: 'mkfs formats /dev/sda.' }], asked);
    expect(screen(state, SMALL)).toEqual([
      '! mkfs /dev/sda▏',
      '▲ mkfs formats /dev/sda.',
      '  Enter again runs it, Esc edits.',
    ]);
  });

  it('lists what waits, and how it is taken back', () => {
    expect(screen(EMPTY_EDITOR, { ...SMALL, isWorking: true, waiting: ['one', 'two\nlines'] })).toEqual([
      '◌ one',
      '◌ two lines  ↑ takes it back',
      '❯ ▏type ahead; Esc interrupts',
    ]);
    expect(screen(EMPTY_EDITOR, { ...SMALL, isWorking: true, waiting: ['1', '2', '3', '4', '5'] })).toEqual([
      '◌ 3 more',
      '◌ 4',
      '◌ 5  ↑ takes it back',
      '❯ ▏type ahead; Esc interrupts',
    ]);
  });

  it('tells the keys in columns that fit', () => {
    const help = screen(press('"?"').state);
    expect(help).toHaveLength(11);
    expect(help[2]).toBe('  /              commands               Ctrl+G         edit in $EDITOR');
    expect(help.join('\n')).not.toContain('…');
    expect(screen(press('"?"').state, SMALL)).toHaveLength(4);
  });

  it('is right in any size, in either set of glyphs', () => {
    const state = fc.oneof(
      fc.constant('"?"'),
      fc.constant('"/c"'),
      fc.constant('"text" ctrl+c'),
      fc.constant('ctrl+r "x"'),
      fc.constant('"!rm" enter'),
      fc.constant('"text" ctrl+s'),
    );
    fc.assert(
      fc.property(
        state,
        anyText,
        fc.integer({ min: 8, max: 256 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.constantFrom('one', 'a long text that waits for its turn'), { maxLength: 6 }),
        fc.constantFrom(UNICODE_GLYPHS, ASCII_GLYPHS),
        (keys, text, columns, maxRows, waiting, glyph) => {
          const where = around({ columns, maxRows, waiting });
          const before = run([typed(text)], EMPTY_EDITOR, where).state;
          const after = press(keys, before, where).state;
          const weighed = run(
            [{ kind: 'weighed', id: 1, warning: 'removes all of it for ever' }],
            after,
            where,
          );
          const { rows, cursor } = drawEditor(weighed.state, where, glyph);
          expect(rows.length).toBeLessThanOrEqual(Math.max(1, maxRows));
          for (const row of rows) expect(rowWidth(row)).toBeLessThanOrEqual(columns);
          expect(cursor.y).toBeLessThan(rows.length);
          expect(cursor.x).toBeLessThan(columns);
        },
      ),
      { numRuns: 400 },
    );
  });
});
