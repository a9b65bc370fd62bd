import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ListView, listRows, pageOf } from '../../../src/tui/pickers/list-rows.ts';
import {
  type Entry,
  filterEntries,
  type ListState,
  OPEN_LIST,
  pressList,
} from '../../../src/tui/pickers/list-state.ts';
import type { Press } from '../../../src/tui/press.ts';
import { rowText, rowWidth } from '../../../src/tui/rows/row.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../../src/tui/theme/glyphs.ts';

const RUNS: Entry[] = [
  { id: 'r3', title: 'Why did postgresql fail tonight?', notes: ['4 min ago', '', 'reported', '$0.12'] },
  {
    id: 'r2',
    title: 'health-check',
    notes: ['3 h ago', "system's", 'escalated'],
    missing: 'it is the system’s',
  },
  {
    id: 'r1',
    title: '日本語のログを調べて、何が起きたか説明してください',
    notes: ['2 d ago', '', 'fixed', '$1.80'],
  },
];

/** What Ink gives as the input of a key that is no letter. */
const INPUTS: Record<string, string> = { return: '\r', tab: '\t', escape: '\u001b', backspace: '\u007f' };
const key = (name: keyof Press['key'], input = INPUTS[name] ?? ''): Press => ({
  input,
  key: { [name]: true },
});
const type = (input: string): Press => ({ input, key: {} });
const view = (changes: Partial<ListView> = {}): ListView => ({
  title: 'Go on with a run',
  entries: RUNS,
  problem: null,
  empty: 'there is no earlier run',
  hints: ['Enter opens', '↑↓ move', 'Esc back'],
  ...changes,
});

function show(
  state: Partial<ListState>,
  columns: number,
  rows: number,
  changes: Partial<ListView> = {},
): string {
  return listRows(view(changes), { ...OPEN_LIST, ...state }, { columns, rows, glyph: UNICODE_GLYPHS })
    .map((row) => rowText(row).trimEnd())
    .join('\n');
}

function pressAll(presses: readonly Press[], entries = RUNS) {
  let state = OPEN_LIST;
  for (const press of presses) {
    const pressed = pressList(state, press, entries, 3);
    if (pressed.act !== null) return pressed;
    state = pressed.state;
  }
  return { state, act: null };
}

const word = fc.string({ unit: fc.constantFrom('a', 'B', '日', ' ', '\n', '👩‍🚀'), maxLength: 30 });
const anyEntry = fc.record({
  id: word,
  title: word,
  notes: fc.array(word, { maxLength: 4 }),
  isCurrent: fc.boolean(),
  missing: fc.option(word),
}) as fc.Arbitrary<Entry>;

describe('a list', () => {
  it('is searched for all words, in any order and letter case', () => {
    expect(filterEntries(RUNS, 'FAIL postgres').map(({ id }) => id)).toEqual(['r3']);
    expect(filterEntries(RUNS, 'ago').map(({ id }) => id)).toEqual(['r3', 'r2', 'r1']);
    expect(filterEntries(RUNS, 'ログ').map(({ id }) => id)).toEqual(['r1']);
  });

  it('keeps in a search what it keeps, in its order', () => {
    fc.assert(
      fc.property(
        fc.array(anyEntry),
        word,
        fc.string({ unit: fc.constantFrom('a', 'b', '日'), maxLength: 2 }),
        (all, query, more) => {
          const found = filterEntries(all, query);
          const narrower = filterEntries(all, `${query}${more}`);
          expect(narrower.every((entry) => found.includes(entry))).toBe(true);
          expect(found).toEqual(all.filter((entry) => found.includes(entry)));
        },
      ),
    );
  });

  it('chooses what the pointer is at, and nothing that is not there', () => {
    const down = key('downArrow');
    expect(pressAll([down, down, key('return')]).act).toMatchObject({ kind: 'choose', entry: { id: 'r1' } });
    expect(pressAll([key('upArrow'), key('tab')]).act).toMatchObject({ entry: { id: 'r1' }, isOther: true });
    expect(pressAll([type('h'), type('ealth'), key('return')]).act).toMatchObject({ entry: { id: 'r2' } });
    expect(pressAll([type('zzz'), key('return')]).act).toBeNull();
    expect(pressAll([key('return')], []).act).toBeNull();
  });

  it('is left with Esc, after the search', () => {
    expect(pressAll([key('escape')]).act).toEqual({ kind: 'close' });
    expect(pressAll([type('x'), key('escape')])).toEqual({ state: OPEN_LIST, act: null });
    expect(pressAll([type('x'), key('ctrl', 'c')]).act).toEqual({ kind: 'close' });
  });

  it('keeps its pointer on a row, whatever is pressed', () => {
    const anyPress = fc.oneof(
      fc.constantFrom('a', 'b', '日', 'ab', ' ').map(type),
      fc
        .constantFrom('upArrow', 'downArrow', 'pageUp', 'pageDown', 'home', 'end', 'backspace', 'escape')
        .map((name) => key(name)),
      fc.constantFrom('n', 'p', 'u').map((input) => key('ctrl', input)),
    );
    fc.assert(
      fc.property(fc.array(anyEntry), fc.array(anyPress), (entries, presses) => {
        let state = OPEN_LIST;
        for (const press of presses) {
          state = pressList(state, press, entries, 3).state;
          expect(state.at).toBeGreaterThanOrEqual(0);
          expect(state.at).toBeLessThan(Math.max(1, filterEntries(entries, state.query).length));
        }
      }),
    );
  });

  it('stays within its room, with the pointer in view, and does not jump while it is searched', () => {
    fc.assert(
      fc.property(
        fc.array(anyEntry, { maxLength: 30 }),
        fc.record({ query: word, at: fc.nat(40) }),
        fc.integer({ min: 20, max: 256 }),
        fc.integer({ min: 4, max: 40 }),
        fc.boolean(),
        (entries, state, columns, rows, isUnicode) => {
          const glyph = isUnicode ? UNICODE_GLYPHS : ASCII_GLYPHS;
          const laid = listRows(view({ entries }), state, { columns, rows, glyph });
          const open = listRows(view({ entries }), OPEN_LIST, { columns, rows, glyph });
          expect(laid.length).toBeLessThanOrEqual(rows);
          expect(laid.length).toBe(open.length);
          for (const row of laid) expect(rowWidth(row)).toBeLessThanOrEqual(columns);
          const isAny = filterEntries(entries, state.query).length > 0;
          const pointers = laid.filter((row) => row[0]?.text === `${glyph.pointer} `);
          if (isAny) expect(pointers.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('looks calm', () => {
    expect(`\n${show({}, 80, 12)}\n`).toMatchInlineSnapshot(`
      "
      ────────────────────────────────────────────────────────────────────────────────
      Go on with a run                                                          1 of 3
          type to search
      ❯ Why did postgresql fail tonight?                  4 min ago · reported · $0.12
        health-check                                    3 h ago · system's · escalated
        日本語のログを調べて、何が起きたか説明してください     2 d ago · fixed · $1.80
      Enter opens · ↑↓ move · Esc back
      "
    `);
    expect(`\n${show({ query: 'post' }, 40, 7)}\n`).toMatchInlineSnapshot(`
      "
      Go on with a run       1 of 1 (3 in all)
        post
      ❯ Why did postgresql fail to…  4 min ago


      Enter opens · ↑↓ move · Esc back
      "
    `);
    expect(
      `\n${show({}, 60, 8, { entries: null })}\n${show({}, 60, 8, { entries: [], problem: 'no runs folder' })}\n`,
    ).toMatchInlineSnapshot(`
      "
      ────────────────────────────────────────────────────────────
      Go on with a run
          type to search
        one moment
      Enter opens · ↑↓ move · Esc back
      ────────────────────────────────────────────────────────────
      Go on with a run
          type to search
        no runs folder
      Enter opens · ↑↓ move · Esc back
      "
    `);
  });

  it('says how many rows are seen at once', () => {
    expect([pageOf({ rows: 7 }), pageOf({ rows: 20 }), pageOf({ rows: 1 })]).toEqual([4, 16, 1]);
  });
});
