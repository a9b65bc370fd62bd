import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/protocol/question.ts';
import { type AskState, openAsk } from '../../../src/tui/ask/ask-state.ts';
import { type AskAct, armAsk, pasteAsk, pressAsk, reopenAsk } from '../../../src/tui/ask/press-ask.ts';
import type { Press } from '../../../src/tui/press.ts';
import { FETCH, RESTART } from './questions.ts';

const scrolling = { page: 5, most: 20 };
const armed = (): AskState => armAsk(openAsk('Q1'), 0);
/** What Ink gives as the input of a key that is no letter. */
const INPUTS: Record<string, string> = { return: '\r', tab: '\t', escape: '\u001b', backspace: '\u007f' };
const key = (name: keyof Press['key'], input = INPUTS[name] ?? ''): Press => ({
  input,
  key: { [name]: true },
});
const type = (input: string): Press => ({ input, key: {} });
const enter = key('return');
const down = key('downArrow');
const up = key('upArrow');
const esc = key('escape');

function pressAll(
  from: AskState,
  presses: readonly Press[],
  question = RESTART,
): { state: AskState; acts: AskAct[] } {
  const acts: AskAct[] = [];
  let state = from;
  for (const press of presses) {
    const pressed = pressAsk(state, press, question, scrolling);
    state = pressed.state;
    if (pressed.act !== null) acts.push(pressed.act);
  }
  return { state, acts };
}

const answersOf = (acts: readonly AskAct[]): Answer[] =>
  acts.flatMap((act) => (act.kind === 'answer' ? [act.answer] : []));

const anyPress: fc.Arbitrary<Press> = fc.oneof(
  fc.constantFrom(...'12345yna '.split(''), 'yes', '3\r', '1\n').map(type),
  fc
    .constantFrom(
      'return',
      'upArrow',
      'downArrow',
      'leftArrow',
      'rightArrow',
      'tab',
      'escape',
      'pageDown',
      'backspace',
    )
    .map((name) => key(name)),
  fc.constantFrom('c', 'n', 'p', 'u', 'w', 'f').map((input) => key('ctrl', input)),
);

describe('keys before the question rested', () => {
  it('never answer, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(anyPress), (presses) => {
        expect(answersOf(pressAll(openAsk('Q1'), presses).acts)).toEqual([]);
      }),
    );
  });

  it('go to the prompt, with the Enter behind them', () => {
    const { acts } = pressAll(openAsk('Q1'), [type('l'), type('s'), enter]);
    expect(acts).toEqual([type('l'), type('s'), enter].map((press) => ({ kind: 'pass', press })));
  });

  it('make the rest begin anew as long as somebody types', () => {
    const { state } = pressAll(openAsk('Q1'), [type('l'), type('s')]);
    expect(armAsk(state, 0).isArmed).toBe(false);
    expect(armAsk(state, 1).isArmed).toBe(false);
    expect(armAsk(state, 2).isArmed).toBe(true);
  });

  it('send nothing that was written before with an Enter or an arrow that came for the question before', () => {
    expect(pressAll(openAsk('Q1'), [enter, down, up]).acts).toEqual([]);
  });

  it('do not send what came together with its Enter', () => {
    const { acts } = pressAll(openAsk('Q1'), [type('1\r')]);
    expect(acts).toEqual([{ kind: 'pass', press: type('1') }]);
  });

  it('end the work with Esc, which is a no', () => {
    expect(pressAll(openAsk('Q1'), [esc]).acts).toEqual([{ kind: 'interrupt' }]);
  });
});

describe('the question', () => {
  it('has no default: Enter alone does nothing', () => {
    expect(pressAll(armed(), [enter, enter, enter])).toEqual({ state: armed(), acts: [] });
  });

  it('is never answered by a single key', () => {
    fc.assert(
      fc.property(anyPress, (press) => {
        expect(answersOf(pressAll(armed(), [press]).acts)).toEqual([]);
      }),
    );
  });

  it('is answered by nothing that was pasted', () => {
    for (const text of ['1\r', '\u001b[B\r', 'y\n', '1']) {
      expect(pasteAsk(armed(), text)).toEqual({
        state: { ...armed(), isArmed: false, isTyping: true, rest: 1 },
        act: { kind: 'paste', text },
      });
    }
  });

  it.each([
    [[type('1'), enter], { kind: 'once' }],
    [[down, enter], { kind: 'once' }],
    [[type('2'), enter], { kind: 'run' }],
    [[down, down, enter], { kind: 'run' }],
    [[type('3'), enter], { kind: 'deny', comment: null }],
    [
      [type('4'), enter, type('t'), type('o'), type('o'), type(' late'), enter],
      { kind: 'deny', comment: 'too late' },
    ],
    [[type('4'), type('too'), type(' late'), enter], { kind: 'deny', comment: 'too late' }],
    [[key('tab'), type('no'), enter], { kind: 'deny', comment: 'no' }],
  ] satisfies [Press[], Answer][])('is answered by moving to a choice and sending it', (presses, answer) => {
    expect(answersOf(pressAll(armed(), presses).acts)).toEqual([answer]);
  });

  it('gives a yes only for Enter on a choice that says yes, with nothing typed in between', () => {
    fc.assert(
      fc.property(fc.array(anyPress, { maxLength: 30 }), (presses) => {
        let state = armed();
        for (const press of presses) {
          const before = state;
          const { state: next, act } = pressAsk(state, press, RESTART, scrolling);
          state = next;
          if (act?.kind !== 'answer' || act.answer.kind === 'deny') continue;
          expect(press).toEqual(enter);
          expect(before).toMatchObject({ isArmed: true, view: 'choices', chosen: act.answer.kind });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is answered once', () => {
    expect(answersOf(pressAll(armed(), [type('1'), enter, enter, type('3'), enter]).acts)).toEqual([
      { kind: 'once' },
    ]);
  });

  it('can be answered again when the answer did not arrive', () => {
    const { state } = pressAll(armed(), [type('1'), enter]);
    expect(answersOf(pressAll(reopenAsk(state), [enter]).acts)).toEqual([{ kind: 'once' }]);
  });

  it('offers no rule for what cannot have one', () => {
    expect(pressAll(armed(), [type('2'), enter], FETCH).acts).toEqual([]);
    expect(answersOf(pressAll(armed(), [down, down, enter], FETCH).acts)).toEqual([
      { kind: 'deny', comment: null },
    ]);
  });

  it('lets a sentence that is typed go to the prompt, its digits and its Enter too', () => {
    const presses = [...'do 1 thing'].map(type);
    const { state, acts } = pressAll(armed(), [...presses, enter]);
    expect(acts).toEqual([...presses, enter].map((press) => ({ kind: 'pass', press })));
    expect(state.chosen).toBeNull();
  });

  it('forgets the choice when somebody types', () => {
    const { state } = pressAll(armed(), [type('1'), type('x')]);
    expect(pressAll(armAsk(state, state.rest), [enter]).acts).toEqual([]);
  });

  it('leaves chords to whom they belong', () => {
    expect(pressAll(armed(), [key('ctrl', 'c'), key('ctrl', 'o')]).acts).toEqual([
      { kind: 'pass', press: key('ctrl', 'c') },
      { kind: 'pass', press: key('ctrl', 'o') },
    ]);
  });

  it('sends no empty comment', () => {
    expect(pressAll(armed(), [key('tab'), type(' '), enter]).acts).toEqual([]);
  });

  it('takes a pasted comment as one line that still has to be sent', () => {
    const { state } = pressAll(armed(), [key('tab')]);
    const pasted = pasteAsk(state, 'use the\nreplica\n');
    expect(pasted.act).toBeNull();
    expect(answersOf(pressAll(pasted.state, [enter]).acts)).toEqual([
      { kind: 'deny', comment: 'use the replica' },
    ]);
  });

  it('lets a comment be mended, and given up', () => {
    const mended = pressAll(armed(), [key('tab'), type('a'), type('日'), key('backspace'), type('b'), enter]);
    expect(answersOf(mended.acts)).toEqual([{ kind: 'deny', comment: 'ab' }]);
    const given = pressAll(armed(), [key('tab'), type('x y'), key('ctrl', 'w'), key('ctrl', 'u'), esc]);
    expect(given).toMatchObject({ acts: [], state: { view: 'choices', comment: '' } });
  });

  it('asks policy to explain, and comes back', () => {
    const { state, acts } = pressAll(armed(), [type('5'), enter]);
    expect(acts).toEqual([{ kind: 'explain' }]);
    expect(state.view).toBe('explanation');
    expect(pressAll(state, [enter])).toMatchObject({ acts: [], state: { view: 'choices', isSent: false } });
  });

  it('scrolls no further than there is something', () => {
    const pages = Array.from({ length: 9 }, () => key('pageDown'));
    expect(pressAll(armed(), pages).state.top).toBe(20);
    expect(pressAll(armed(), [...pages, key('pageUp')]).state.top).toBe(16);
  });
});
