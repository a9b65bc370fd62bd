import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BINDINGS } from '../../../src/tui/editor/keymap.ts';
import { expand } from '../../../src/tui/editor/paste.ts';
import { reduce, reduceAll } from '../../../src/tui/editor/reduce.ts';
import { type EditorState, EMPTY_EDITOR, type Input } from '../../../src/tui/editor/state.ts';
import { anyText, around, chord, press, run, typed } from './editing.ts';

const LARGE = 'one\ntwo\nthree\nfour';

describe('typing', () => {
  it.each([
    ['"abc" ctrl+a "x"', 'x|abc'],
    ['"one two" alt+b "x"', 'one x|two'],
    ['"one two" ctrl+w', 'one |'],
    ['"one two" ctrl+w ctrl+w ctrl+y', 'one two|'],
    ['"one two" ctrl+a alt+d ctrl+e ctrl+y', ' twoone|'],
    ['"one two" ctrl+a ctrl+k ctrl+y ctrl+y', 'one twoone two|'],
    ['"a" ctrl+u "b" ctrl+u ctrl+y alt+y', 'a|'],
    ['"a" ctrl+u "b" ctrl+u ctrl+y alt+y alt+y', 'b|'],
    ['"ab" alt+t', 'ba|'],
    ['"ab" left ctrl+d', 'a|'],
    ['"one" ctrl+j "two" ctrl+a ctrl+u', 'one|two'],
    ['"one" alt+enter "two" up ctrl+k', 'one|two'],
    ['"one\\" enter "two"', 'one\ntwo|'],
    ['"one two" ctrl+_', 'one |'],
    ['"one two" ctrl+_ ctrl+_', '|'],
    ['"one two" ctrl+_ ctrl+_ alt+_', 'one |'],
    ['"one two" ctrl+_ "x" ctrl+_ ctrl+_', 'one two|'],
    ['"one" ctrl+s', '|'],
    ['"one" ctrl+s ctrl+s', 'one|'],
    ['"long" ctrl+j "x" up', 'l|ong\nx'],
    ['"long" ctrl+j ctrl+j "long" ctrl+p ctrl+p', 'long|\n\nlong'],
    ['"a" shift+enter "b" ctrl+home "x"', 'x|a\nb'],
    ['"abc" home delete', '|bc'],
  ])('%s gives %j', (keys, expected) => {
    expect(press(keys).shows).toBe(expected);
  });

  it('moves by the rows that are seen, and keeps to the column', () => {
    const where = around({ columns: 14 });
    const { state, shows } = press('"restart the proxy now" home', EMPTY_EDITOR, where);
    expect(shows).toBe('restart the |proxy now');
    expect(press('end', state, where).shows).toBe('restart the proxy now|');
    expect(press('up', state, where).shows).toBe('|restart the proxy now');
    expect(press('up end', state, where).shows).toBe('restart the| proxy now');
    expect(press('end ctrl+j "x" ctrl+j "long line" up up up', state, where).shows).toBe(
      'restart t|he proxy now\nx\nlong line',
    );
  });
});

describe('sending', () => {
  it('sends what is typed, and begins anew', () => {
    const { shows, acts } = press('"look at nginx" enter');
    expect(shows).toBe('|');
    expect(acts).toEqual([
      { kind: 'remember', text: 'look at nginx' },
      { kind: 'send', text: 'look at nginx', shown: 'look at nginx', how: 'now' },
    ]);
  });

  it('sends nothing when nothing is typed', () => {
    expect(press('enter "  " enter').sent).toEqual([]);
  });

  it('sends after the turn with Tab while one works', () => {
    const where = around({ isWorking: true });
    expect(press('"then this" tab', EMPTY_EDITOR, where).sent).toEqual([
      { kind: 'send', text: 'then this', shown: 'then this', how: 'after-turn' },
    ]);
    expect(press('"then this" tab').shows).toBe('then this|');
  });

  it('brings back what was put aside', () => {
    expect(press('"long story" ctrl+s "quick question" enter').shows).toBe('long story|');
  });

  it('runs a command by its name, and does not run a path', () => {
    expect(press('"/cost" enter').sent).toEqual([{ kind: 'command', line: '/cost' }]);
    expect(press('"/compact the disks" enter').sent).toEqual([
      { kind: 'command', line: '/compact the disks' },
    ]);
    expect(press('"/usage" escape enter').sent).toEqual([{ kind: 'command', line: '/usage' }]);
    expect(press('"/etc/hosts is wrong" enter').sent).toMatchObject([
      { kind: 'send', text: '/etc/hosts is wrong' },
    ]);
  });

  it('keeps a command that does not exist, and says what is near', () => {
    const { state, sent, shows } = press('"/claer now" enter');
    expect(sent).toEqual([]);
    expect(shows).toBe('/claer now|');
    expect(state.warning?.sentence).toBe('no command /claer; did you mean /clear?  ⏎ sends it as a prompt');
    const ready = run([{ kind: 'waited', id: state.warning?.id ?? 0 }, chord('enter')], state);
    expect(ready.sent).toMatchObject([{ kind: 'send', text: '/claer now' }]);
  });
});

describe("the operator's own command", () => {
  it('runs when nothing is to be warned of', () => {
    const asked = press('"!uptime" enter');
    expect(asked.sent).toEqual([{ kind: 'weigh', id: 1, line: 'uptime' }]);
    const { sent, shows } = run([{ kind: 'weighed', id: 1, warning: null }], asked.state);
    expect(sent).toEqual([{ kind: 'own', line: 'uptime', isTold: true }]);
    expect(shows).toBe('|');
  });

  it('is not told with two marks', () => {
    const asked = press('"!!pass show" enter');
    expect(run([{ kind: 'weighed', id: 1, warning: null }], asked.state).sent).toEqual([
      { kind: 'own', line: 'pass show', isTold: false },
    ]);
  });

  it('waits for a second Enter when it cannot be undone, and an Enter typed ahead is none', () => {
    const asked = press('"!mkfs /dev/sda" enter enter');
    const warned = run([{ kind: 'weighed', id: 1, warning: 'formats /dev/sda' }], asked.state);
    expect(warned.sent).toEqual([]);
    expect(warned.shows).toBe('!mkfs /dev/sda|');
    expect(press('enter enter', warned.state).sent).toEqual([]);
    const ready = run([{ kind: 'waited', id: warned.state.warning?.id ?? 0 }], warned.state).state;
    expect(press('enter', ready).sent).toEqual([{ kind: 'own', line: 'mkfs /dev/sda', isTold: true }]);
    expect(press('"1" enter', ready).sent).toEqual([{ kind: 'weigh', id: 3, line: 'mkfs /dev/sda1' }]);
    expect(press('escape', ready)).toMatchObject({ sent: [], shows: '!mkfs /dev/sda|' });
  });

  it('loses no key that is typed while it is weighed', () => {
    const asked = press('"!uptime" enter "next" " one" ctrl+a');
    expect(asked.shows).toBe('!uptime|');
    expect(run([{ kind: 'weighed', id: 1, warning: null }], asked.state).shows).toBe('|next one');
  });

  it('goes to its start behind the mark first', () => {
    expect(press('"!ls" ctrl+a "sudo "').shows).toBe('!sudo |ls');
    expect(press('"!ls" ctrl+a ctrl+a "x"').shows).toBe('x|!ls');
    expect(press('"!ls" ctrl+u backspace').shows).toBe('|');
  });

  it('keeps a backslash before a line break for the shell', () => {
    expect(press('"!echo a \\" enter "b"').shows).toBe('!echo a \\\nb|');
  });
});

describe('a paste', () => {
  it('that is small goes in as it is, and never sends', () => {
    const { shows, acts } = run([{ kind: 'paste', text: 'one\r\ntwo\r' }]);
    expect(shows).toBe('one\ntwo|');
    expect(acts).toEqual([]);
  });

  it('that is large stands as one letter, and is sent whole', () => {
    const { state } = run([typed('see '), { kind: 'paste', text: LARGE }, typed(' there')]);
    expect(state.buffer.text).toBe('see \u{100000} there');
    expect(press('enter', state).sent).toEqual([
      { kind: 'send', text: `see ${LARGE} there`, shown: 'see [pasted 4 lines #1] there', how: 'now' },
    ]);
  });

  it('that is large is deleted as one, and comes back by undo', () => {
    const { state } = run([
      { kind: 'paste', text: LARGE },
      { kind: 'paste', text: 'x'.repeat(501) },
    ]);
    expect(press('backspace', state).state.buffer.text).toBe('\u{100000}');
    expect(press('backspace ctrl+_', state).state.buffer.text).toBe('\u{100000}\u{100001}');
    expect(press('ctrl+w ctrl+w', state).shows).toBe('|');
  });

  it('opens with Tab where the cursor touches it', () => {
    const { state } = run([{ kind: 'paste', text: LARGE }, typed(' x')]);
    expect(press('left left tab', state).shows).toBe(`${LARGE}| x`);
    expect(press('ctrl+a tab', state).shows).toBe(`${LARGE}| x`);
    expect(press('tab', state).state.buffer.text).toBe('\u{100000} x');
  });

  it('is made harmless', () => {
    const { shows } = run([
      { kind: 'paste', text: 'a\x1b[31mred\x1b]0;title\x07\x00\u202e\u{100000}\ud800\tb' },
    ]);
    expect(shows).toBe('ared\ufffd\ufffd\tb|');
  });

  it('without marks breaks the line where Enter is still part of it', () => {
    const burst: Input = { kind: 'burst', text: 'rm -rf x\rreboot' };
    const { state, sent } = run([burst, chord('enter'), typed('more')]);
    expect(sent).toEqual([]);
    expect(state.buffer.text).toBe('rm -rf x\nreboot\nmore');
    const over = run([{ kind: 'waited', id: state.burst ?? 0 }, chord('enter')], state);
    expect(over.sent).toMatchObject([{ kind: 'send' }]);
  });
});

describe('leaving', () => {
  it('interrupts, clears and leaves with Ctrl+C, in this order', () => {
    const working = around({ isWorking: true });
    const interrupted = press('"text" ctrl+c', EMPTY_EDITOR, working);
    expect(interrupted).toMatchObject({ sent: [{ kind: 'interrupt' }], shows: 'text|' });
    const cleared = press('ctrl+c', interrupted.state);
    expect(cleared).toMatchObject({ sent: [], shows: '|' });
    expect(press('ctrl+y', cleared.state).shows).toBe('text|');
    expect(press('ctrl+c', cleared.state).sent).toEqual([{ kind: 'leave' }]);
  });

  it('leaves also when a turn does not end', () => {
    const working = around({ isWorking: true });
    expect(press('ctrl+c ctrl+c ctrl+c', EMPTY_EDITOR, working).sent).toEqual([
      { kind: 'interrupt' },
      { kind: 'leave' },
    ]);
  });

  it('forgets the first Ctrl+C after a while and after another key', () => {
    const once = press('ctrl+c');
    expect(
      run([{ kind: 'waited', id: once.state.armed?.id ?? 0 }, chord('ctrl+c')], once.state).sent,
    ).toEqual([]);
    expect(press('ctrl+c "a" backspace ctrl+c').sent).toEqual([]);
    expect(press('ctrl+c ctrl+c').sent).toEqual([{ kind: 'leave' }]);
  });

  it('leaves with Ctrl+D only when it is pressed twice on nothing', () => {
    expect(press('ctrl+d').sent).toEqual([]);
    expect(press('ctrl+d ctrl+d').sent).toEqual([{ kind: 'leave' }]);
    expect(press('"a" ctrl+a ctrl+d ctrl+d').sent).toEqual([]);
  });

  it('interrupts with Esc, and with two goes back or clears', () => {
    expect(press('"a" escape', EMPTY_EDITOR, around({ isWorking: true }))).toMatchObject({
      sent: [{ kind: 'interrupt' }],
      shows: 'a|',
    });
    expect(press('escape escape').sent).toEqual([{ kind: 'rewind' }]);
    expect(press('"a" escape escape')).toMatchObject({ sent: [], shows: '|' });
    expect(press('"a" escape escape ctrl+_').shows).toBe('a|');
  });
});

describe('earlier prompts', () => {
  const history: Input = { kind: 'history', entries: ['first', 'second\nof two lines', 'third'] };
  const { state } = run([typed('draft'), history]);

  it('come with Up, and what was typed comes back with Down', () => {
    expect(press('up', state).shows).toBe('third|');
    expect(press('up up', state).shows).toBe('second|\nof two lines');
    expect(press('up up up up', state).shows).toBe('first|');
    expect(press('up up up down', state).shows).toBe('second\nof two lines|');
    expect(press('up up up down down down', state).shows).toBe('draft|');
    expect(press('up down', state).shows).toBe('draft|');
  });

  it('keep what was changed in them until something is sent', () => {
    expect(press('up "!" up down down', state).shows).toBe('third!|');
    expect(press('up "x" enter up up', state).shows).toBe('third|');
  });

  it('are found by a part of them', () => {
    const found = press('ctrl+r "ir"', state);
    expect(found.shows).toBe('th|ird');
    expect(press('ctrl+r', found.state).shows).toBe('f|irst');
    expect(press('ctrl+r ctrl+s', found.state).shows).toBe('th|ird');
    expect(press('ctrl+r escape "x"', found.state).shows).toBe('fx|irst');
    expect(press('ctrl+c', found.state)).toMatchObject({ shows: 'draft|', sent: [] });
    expect(press('enter', found.state).sent).toMatchObject([{ kind: 'send', text: 'third' }]);
    expect(press('escape ctrl+_', found.state).shows).toBe('draft|');
  });

  it('that are not found leave the nearest match in sight', () => {
    const failing = press('ctrl+r "ird" "zz"', state);
    expect(failing.state.search).toMatchObject({ isFailing: true, query: 'irdzz' });
    expect(failing.shows).toBe('th|ird');
    expect(press('backspace backspace', failing.state).state.search?.isFailing).toBe(false);
  });

  it('give way to what waits in the queue', () => {
    const waiting = around({ waiting: ['queued'], isWorking: true });
    const up = press('up', state, waiting);
    expect(up.sent).toEqual([{ kind: 'take-back' }]);
    expect(run([{ kind: 'taken-back', text: 'queued' }], up.state, waiting).shows).toBe('queued|\ndraft');
    expect(run([{ kind: 'taken-back', text: null }], up.state, waiting).shows).toBe('third|');
  });
});

describe('proposals', () => {
  it('narrow as a command is typed, and Enter runs what is chosen', () => {
    const { state } = press('"/c"');
    expect(state.popup?.proposals.map(({ text }) => text)).toEqual(['/clear', '/compact', '/cost']);
    expect(press('down enter', state).sent).toEqual([{ kind: 'command', line: '/compact' }]);
    expect(press('up tab', state).shows).toBe('/cost|');
    expect(press('down tab', state).shows).toBe('/compact |');
  });

  it('wait for an argument that is needed', () => {
    expect(press('"/go" enter')).toMatchObject({ shows: '/goals |', sent: [] });
    expect(press('"/dis" enter').sent).toEqual([{ kind: 'command', line: '/disks' }]);
  });

  it('stay closed after Esc until the word is another', () => {
    const closed = press('"/c" escape');
    expect(closed).toMatchObject({ sent: [], shows: '/c|' });
    expect(press('"o"', closed.state).state.popup).toBeNull();
    expect(press('"o" backspace backspace backspace "/c"', closed.state).state.popup).not.toBeNull();
  });

  it('are asked for after @, and an answer to an older question is dropped', () => {
    const asked = press('"look at @" "n" "g"');
    expect(asked.sent).toEqual([
      { kind: 'find-mentions', id: 1, query: '' },
      { kind: 'find-mentions', id: 2, query: 'n' },
      { kind: 'find-mentions', id: 3, query: 'ng' },
    ]);
    const mention = (text: string) => ({ text, kind: 'unit' as const, note: 'running' });
    const late = run([{ kind: 'mentions', id: 2, mentions: [mention('@net')] }], asked.state);
    expect(late.state).toEqual(asked.state);
    const answered = run(
      [{ kind: 'mentions', id: 3, mentions: [mention('@unit:nginx.service')] }],
      asked.state,
    );
    expect(press('tab "?"', answered.state).shows).toBe('look at @unit:nginx.service ?|');
    expect(press('enter', answered.state)).toMatchObject({
      shows: 'look at @unit:nginx.service |',
      sent: [],
    });
  });

  it('go on within a folder', () => {
    const asked = press('"@s"');
    const answered = run(
      [{ kind: 'mentions', id: 2, mentions: [{ text: '@src/', kind: 'folder', note: '' }] }],
      asked.state,
    );
    const inside = press('tab', answered.state);
    expect(inside.shows).toBe('@src/|');
    expect(inside.sent).toEqual([{ kind: 'find-mentions', id: 3, query: 'src/' }]);
  });

  it('are not for addresses', () => {
    expect(press('"mail root@" "host"').sent).toEqual([]);
    expect(press('"!ssh @x"').sent).toEqual([]);
  });
});

describe('help', () => {
  it('opens with ? on nothing, and closes with the next key', () => {
    expect(press('"?"').state.isHelpOpen).toBe(true);
    expect(press('"?" "?"').state.isHelpOpen).toBe(false);
    expect(press('"?" "a"')).toMatchObject({ shows: 'a|', state: { isHelpOpen: false } });
    expect(press('"?" escape').state.isHelpOpen).toBe(false);
    expect(press('"why?"').shows).toBe('why?|');
  });
});

describe('any keys in any order', () => {
  const allChords = BINDINGS.flatMap(({ chords }) => chords);
  const anyInput: fc.Arbitrary<Input> = fc.oneof(
    { weight: 6, arbitrary: anyText.map(typed) },
    { weight: 10, arbitrary: fc.constantFrom(...allChords).map(chord) },
    { weight: 1, arbitrary: anyText.map((text): Input => ({ kind: 'paste', text: `${text}\n1\n2\n3\n4` })) },
    { weight: 1, arbitrary: anyText.map((text): Input => ({ kind: 'burst', text })) },
    { weight: 1, arbitrary: fc.nat(40).map((id): Input => ({ kind: 'waited', id })) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.nat(40), anyText).map(
        ([id, text]): Input => ({
          kind: 'mentions',
          id,
          mentions: [{ text: `@${text.trim()}`, kind: 'file', note: '' }],
        }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.nat(40), fc.boolean())
        .map(([id, warns]): Input => ({ kind: 'weighed', id, warning: warns ? 'careful' : null })),
    },
    { weight: 1, arbitrary: anyText.map((text): Input => ({ kind: 'taken-back', text })) },
    { weight: 1, arbitrary: fc.array(anyText).map((entries): Input => ({ kind: 'history', entries })) },
  );
  const anyAround = fc
    .tuple(fc.integer({ min: 5, max: 90 }), fc.integer({ min: 1, max: 30 }), fc.boolean(), fc.boolean())
    .map(([columns, maxRows, isWorking, waits]) =>
      around({ columns, maxRows, isWorking, waiting: waits ? ['queued'] : [] }),
    );

  function boundaries(text: string): number[] {
    const parts = text.split(/([\u{100000}-\u{10fffd}])/u);
    let at = 0;
    return [
      0,
      ...parts.flatMap((part) => {
        const from = at;
        at += part.length;
        return Array.from(
          new Intl.Segmenter().segment(part),
          ({ index, segment }) => from + index + segment.length,
        );
      }),
    ];
  }

  it('keep the cursor between two letters and the state whole', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 40 }), anyAround, (inputs, where) => {
        let state: EditorState = EMPTY_EDITOR;
        for (const input of inputs) {
          state = reduce(state, input, where).state;
          expect(boundaries(state.buffer.text)).toContain(state.buffer.cursor);
          expect(state.buffer.text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
          expect(state.history.at).toBeLessThanOrEqual(state.history.entries.length);
          expect(state.popup === null || state.popup.selected <= state.popup.proposals.length).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('lose no text: it is in the editor, or it can be brought back', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 30 }), anyAround, (inputs, where) => {
        const before = reduceAll(
          EMPTY_EDITOR,
          [typed('precious'), chord('enter'), typed('marrow')],
          where,
        ).state;
        const { state } = reduceAll(before, inputs, where);
        const kept = [
          state.buffer.text,
          state.search?.before.text ?? '',
          ...state.stash,
          ...state.kills,
          ...state.history.entries,
          ...state.history.drafts.values(),
          ...state.undo.past.map(({ text }) => text),
          ...state.undo.future.map(({ text }) => text),
        ].join('\u0000');
        const letters = expand(state.pastes, kept).replace(/[^a-z]/g, '');
        expect(kept).toContain('precious');
        for (const letter of 'marrow') expect(letters).toContain(letter);
      }),
      { numRuns: 300 },
    );
  });

  it('are undone to the beginning and done again to the end', () => {
    const edits = fc.array(
      fc.oneof(
        anyText.filter((text) => text !== '?').map(typed),
        fc
          .constantFrom(
            'backspace',
            'ctrl+w',
            'ctrl+k',
            'ctrl+u',
            'ctrl+y',
            'alt+y',
            'alt+t',
            'left',
            'ctrl+a',
            'alt+d',
            'ctrl+j',
          )
          .map(chord),
        fc.constant<Input>({ kind: 'paste', text: LARGE }),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(edits, (inputs) => {
        const edited = reduceAll(EMPTY_EDITOR, inputs, around()).state;
        const undone = reduceAll(edited, Array<Input>(60).fill(chord('ctrl+_')), around()).state;
        expect(undone.buffer.text).toBe('');
        const redone = reduceAll(undone, Array<Input>(60).fill(chord('alt+_')), around()).state;
        expect(redone.buffer.text).toBe(edited.buffer.text);
      }),
    );
  });
});
