import { OpsError } from '../../lib/ops-error.ts';
import type { RunEvent } from '../../protocol/event.ts';
import type { Reason } from '../../protocol/outcome.ts';
import type { Attendance } from '../run/attendance.ts';
import { performRun } from '../run/run.ts';
import type { RunListener, RunRequest } from '../run/run-request.ts';
import type { Session } from './session.ts';

/** What one turn works on: a prompt, or a goal. */
export interface Work {
  prompt: string | null;
  goal: string | null;
  sets: Record<string, string>;
}

/** One turn after the other. What is typed while one works waits, or is taken along by the model at its next step. */
export interface Turns {
  begin(work: Work): void;
  steer(text: string): void;
  unqueue(): string | null;
  takeWords(): string[];
  interrupt(reason: Reason): void;
  /** Other work on the run, in the place of a turn: what is typed meanwhile waits for its end. OpsError `busy`. */
  alone<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Resolves when nothing works and nothing waits. */
  idle(): Promise<void>;
}

export interface TurnParts {
  attendance: Attendance;
  /** Sees what a run tells before the screen does. */
  onEvent(event: RunEvent): void;
  /** Another run, with an empty conversation. */
  beginAnew(): void;
}

export function createTurns(session: Session, parts: TurnParts): Turns {
  const { hub, state } = session;
  let waiting: Work[] = [];
  let words: string[] = [];
  let abort: AbortController | null = null;
  let isDraining = false;
  let working: Promise<void> = Promise.resolve();

  const tellQueue = (): void => {
    const texts = waiting.flatMap(({ prompt, goal }) => prompt ?? goal ?? []);
    hub.tell({ kind: 'queue', waiting: [...words, ...texts] });
  };

  async function drain(): Promise<void> {
    // The run to go on with is opened first, and only a session at rest can open one.
    await session.begun();
    state.isWorking = true;
    for (let next = waiting.shift(); next !== undefined && !state.isClosed; next = waiting.shift()) {
      if (waiting.length > 0) tellQueue();
      abort = new AbortController();
      session.changed();
      await perform(session, parts, next, abort.signal).catch(session.trouble);
      abort = null;
      // What the model did not come to read is the next prompt.
      waiting = [...words.map(asPrompt), ...waiting];
      words = [];
      tellQueue();
    }
    state.isWorking = false;
    isDraining = false;
    session.changed();
  }

  return {
    begin(work) {
      if (state.isClosed) return;
      waiting.push(work);
      if (isDraining) {
        tellQueue();
        return;
      }
      isDraining = true;
      working = drain();
    },
    steer(text) {
      if (!state.isWorking) return this.begin(asPrompt(text));
      words.push(text);
      tellQueue();
    },
    unqueue() {
      const text = waiting.at(-1)?.prompt ?? null;
      if (text !== null) waiting.pop();
      const taken = text ?? words.pop() ?? null;
      if (taken !== null) tellQueue();
      return taken;
    },
    takeWords() {
      const taken = words;
      words = [];
      if (taken.length > 0) tellQueue();
      return taken;
    },
    interrupt: (reason) => abort?.abort(reason),
    async alone(work) {
      if (isDraining) {
        throw new OpsError('busy', 'busy', 'a turn is at work', { hint: 'interrupt it first (Esc)' });
      }
      isDraining = true;
      state.isWorking = true;
      abort = new AbortController();
      session.changed();
      const done = work(abort.signal);
      const goOn = (): Promise<void> => {
        abort = null;
        return drain();
      };
      working = done.then(goOn, goOn);
      return done;
    },
    idle: () => working,
  };
}

export function asPrompt(prompt: string): Work {
  return { prompt, goal: null, sets: {} };
}

async function perform(session: Session, parts: TurnParts, work: Work, signal: AbortSignal): Promise<void> {
  const { hub, state, options } = session;
  const world = await session.world();
  // A goal is a run of its own: what was talked of before is not what it is judged by.
  if (work.goal !== null && state.run !== null) parts.beginAnew();
  const request: RunRequest = {
    goal: work.goal,
    sets: work.sets,
    areSetsTyped: true,
    prompt: work.prompt,
    attachment: null,
    probes: [],
    trigger: { kind: 'manual', payload: null, parent: null },
    resume: state.run,
    sessionId: null,
    model: state.model,
    fallbackModels: options.fallbackModels,
    allowed: options.allowed,
    denied: options.denied,
    mode: state.mode,
    appendSystemPrompt: options.appendSystemPrompt,
    outputSchema: null,
  };
  const listener: RunListener = {
    onDelta: (delta) => hub.tell({ kind: 'delta', delta }),
    onEvent(event, time, seq) {
      // Of a run that goes on the screen has seen the opening.
      if (event.type === 'run.opened' && seq === null) return;
      parts.onEvent(event);
      hub.tell({ kind: 'run', event, time, seq });
    },
  };
  // What was told of the world once is not told again with every turn.
  const notices = state.run === null ? [...world.notices] : [];
  const end = await performRun({ ...world, notices }, request, listener, signal, parts.attendance);
  if (end.run !== '' && state.run !== end.run) state.run = end.run;
}
