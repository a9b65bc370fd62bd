import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { initialState } from '../../../src/tui/store/state.ts';
import { createStore, type Store } from '../../../src/tui/store/store.ts';
import { closed, decided, started } from '../../fakes/conversation.ts';
import { delta, happened } from '../support.ts';

describe('the store of a screen', () => {
  let store: Store;
  let updates: number;
  beforeEach(() => {
    vi.useFakeTimers();
    store = createStore(initialState({ columns: 80, rows: 24 }));
    updates = 0;
    store.subscribe(() => updates++);
  });
  afterEach(() => {
    store.close();
    vi.useRealTimers();
  });

  it('updates at once when nothing was told lately', () => {
    store.hear(delta('a'));
    expect(store.get().transcript.reply?.rest).toBe('a');
    expect(updates).toBe(1);
  });

  it('updates at most 15 times a second, whatever streams', () => {
    for (let ms = 0; ms < 1_000; ms++) {
      store.hear(delta('x'));
      vi.advanceTimersByTime(1);
    }
    expect(updates).toBeLessThanOrEqual(16);
    vi.advanceTimersByTime(100);
    expect(store.get().transcript.reply?.rest).toBe('x'.repeat(1_000));
  });

  it('does not bring on what was told because a batch is out: each would bring on the next', () => {
    store.hear(delta('One.\n\nTwo.\n\n'));
    store.hear(delta('Three.\n\n'));
    store.dispatch({ kind: 'printed', batch: store.get().transcript.printing.number });
    expect(store.get().transcript.printing).toMatchObject({ number: 1, isPrinted: true });
    vi.advanceTimersByTime(100);
    expect(store.get().transcript.printing).toMatchObject({ number: 2, isPrinted: false });
  });

  it('holds nothing back from a screen that is about to end', () => {
    store.hear(delta('a'));
    store.hear(delta('b'));
    store.flush();
    expect(store.get().transcript.reply?.rest).toBe('ab');
  });

  it('has no timer when nothing is told', () => {
    store.hear(delta('x'));
    store.hear(happened(closed()));
    vi.advanceTimersByTime(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('puts what was heard before what an operator does', () => {
    store.hear(delta('a'));
    store.hear(delta('b'));
    store.dispatch({ kind: 'picker-opened', picker: 'model' });
    expect(store.get()).toMatchObject({ picker: 'model', transcript: { reply: { rest: 'ab' } } });
  });

  it('holds back no more of an output than is shown, whatever comes between two updates', () => {
    store.hear(happened(decided('C1', 'cat big')));
    store.hear(happened(started('C1', 'cat big')));
    for (let n = 0; n < 12_800; n++) store.hear({ kind: 'output', call: 'C1', text: 'y'.repeat(4_096) });
    vi.advanceTimersByTime(100);
    expect(store.get().transcript.calls[0]?.output.length).toBe(8 * 1_024);
  });

  it('leaves no timer when it is closed', () => {
    store.hear(delta('a'));
    store.hear(delta('b'));
    store.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
