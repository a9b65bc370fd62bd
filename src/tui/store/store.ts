import type { Happening } from '../../app/client.ts';
import type { Input } from './input.ts';
import { reduceAll } from './reduce.ts';
import type { ScreenState } from './state.ts';

/** 15 updates a second are more than anybody reads. */
const FRAME_MS = 1000 / 15;
/** Of a call's output that waits for the next update: no screen shows more. */
const MOST_WAITING_OUTPUT = 8 * 1024;

export interface Store {
  get(): ScreenState;
  subscribe(listener: () => void): () => void;
  /** At once: an operator waits for it. What was heard before comes first. */
  dispatch(input: Input): void;
  /** At once when nothing was heard lately, else with whatever else comes before the next update. */
  hear(happening: Happening): void;
  /** Whatever was heard, now. */
  flush(): void;
  /** Forgets what it holds back. No timer is left. */
  close(): void;
}

/** The one changing thing of a screen. Has no timer while nothing is told. */
export function createStore(initial: ScreenState): Store {
  let state = initial;
  let heard: Happening[] = [];
  let timer: NodeJS.Timeout | null = null;
  const listeners = new Set<() => void>();

  function update(inputs: Input[]): void {
    const next = reduceAll(state, inputs);
    if (next === state) return;
    state = next;
    for (const listener of listeners) listener();
  }

  function takeHeard(): Input[] {
    const inputs = heard.map((happening): Input => ({ kind: 'happened', happening }));
    heard = [];
    return inputs;
  }

  function tick(): void {
    timer = null;
    if (heard.length === 0) return;
    timer = setTimeout(tick, FRAME_MS);
    update(takeHeard());
  }

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // That a batch is out says nothing of an operator; were it to bring on the next one, there would be no end of frames.
    dispatch: (input) => update(input.kind === 'printed' ? [input] : [...takeHeard(), input]),
    hear(happening) {
      push(heard, happening);
      if (timer === null) tick();
    },
    flush: () => update(takeHeard()),
    close() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      heard = [];
      listeners.clear();
    },
  };
}

/** What streams in many small parts waits as one, and never as more than is shown. */
function push(heard: Happening[], happening: Happening): void {
  const last = heard.at(-1);
  if (last?.kind === 'delta' && happening.kind === 'delta' && last.delta.type === happening.delta.type) {
    const text = last.delta.text + happening.delta.text;
    heard[heard.length - 1] = { kind: 'delta', delta: { type: last.delta.type, text } };
  } else if (last?.kind === 'output' && happening.kind === 'output' && last.call === happening.call) {
    const text = (last.text + happening.text).slice(-MOST_WAITING_OUTPUT);
    heard[heard.length - 1] = { ...last, text };
  } else heard.push(happening);
}
