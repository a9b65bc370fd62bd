import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Happening } from '../../../src/app/client.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';
import type { Question } from '../../../src/protocol/question.ts';
import type { ScriptedCall } from '../../wire/index.ts';
import { type OpenSession, openSession } from '../session/open-session.ts';

/** What a person says to a question; null: they look at it and go away, so that nobody is there any more. */
export type Person = (question: Question) => 'once' | 'run' | 'deny';

export interface Sat {
  session: OpenSession;
  questions: Question[];
  events: RunEvent[];
  /** The same with when each was heard of, milliseconds of a clock that never goes back. */
  times: { event: RunEvent; at: number }[];
  /** The log as it is on disk. */
  log: string;
  decision(step: string): Extract<RunEvent, { type: 'step.decided' }> | undefined;
}

/** A session whose model makes these calls, whatever it is told, and a person who answers each question. */
export async function sit(
  turns: (session: OpenSession) => readonly (readonly ScriptedCall[])[],
  person: Person,
  options: Parameters<typeof openSession>[1] & { prepare?(session: OpenSession): void; words?: string } = {},
): Promise<Sat> {
  const { prepare, words = 'look', ...rest } = options;
  let calls: readonly (readonly ScriptedCall[])[] = [];
  let done = 0;
  const session = await openSession(() => {
    const turn = calls[done];
    done += 1;
    return turn === undefined ? { text: 'done' } : { toolCalls: [...turn] };
  }, rest);
  prepare?.(session);
  calls = turns(session);
  const questions: Question[] = [];
  const times: Sat['times'] = [];
  session.client.follow((one) => {
    if (one.kind === 'run') times.push({ event: one.event, at: performance.now() });
    if (one.kind !== 'question' || questions.some(({ id }) => id === one.question.id)) return;
    questions.push(one.question);
    const kind = person(one.question);
    // After the question was told to everybody who follows.
    queueMicrotask(
      () => void session.client.answer(one.question.id, kind === 'deny' ? { kind, comment: null } : { kind }),
    );
  });
  session.client.say(words);
  await session.idle();
  const events = session.seen.flatMap((one: Happening) => (one.kind === 'run' ? [one.event] : []));
  return {
    session,
    questions,
    events,
    times,
    log: readLogs(session.home),
    decision: (step) =>
      events.findLast(
        (event): event is Extract<RunEvent, { type: 'step.decided' }> =>
          event.type === 'step.decided' && event.step === step,
      ),
  };
}

export function readLogs(home: string): string {
  const folder = join(home, '.local/state/steward/runs');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
}

export function bash(command: string): ScriptedCall {
  return { name: 'Bash', input: { command } };
}
