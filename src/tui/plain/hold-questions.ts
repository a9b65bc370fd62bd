import type { Client } from '../../app/client.ts';
import { printable } from '../../lib/printable.ts';
import type { Question } from '../../protocol/question.ts';
import { askText, readAnswer } from './ask-by-line.ts';

/** What is typed before this has passed was not typed in answer to the question. */
const BEFORE_QUESTION_MS = 500;

export interface Questions {
  /** One is asked or about to be: what is typed goes to nobody else. */
  waits(): boolean;
  /** It stands on the screen and can be answered. */
  asked(): Question | null;
  add(question: Question): void;
  /** It was answered, here or elsewhere. */
  drop(question: string): void;
  answer(lines: string[]): Promise<void>;
}

export interface QuestionsOptions {
  client: Client;
  stdin: NodeJS.ReadStream;
  /** Takes away what was typed and has not been read. */
  dropTyped(): string;
  say(text: string): void;
  onAsked(): void;
}

export function holdQuestions({ client, stdin, dropTyped, say, onAsked }: QuestionsOptions): Questions {
  /** The first is asked. */
  let waiting: Question[] = [];
  let asking: string | null = null;
  let asked: string | null = null;

  /** What stands half typed on the line would answer: with the line discipline off it can be read, and dropped. */
  async function ask(question: Question): Promise<void> {
    asking = question.id;
    const dropped = [dropTyped()];
    setRaw(stdin, true);
    await new Promise((resolve) => setTimeout(resolve, BEFORE_QUESTION_MS));
    // After a busy moment it is due ahead of what was typed long before, which is read by the end of this round.
    await new Promise((resolve) => setImmediate(resolve));
    dropped.push(dropTyped());
    setRaw(stdin, false);
    asking = null;
    const typed = printable(dropped.join('').trim());
    if (typed !== '') say(`Not sent, since a question came: ${typed}`);
    if (waiting[0]?.id !== question.id) return askNext();
    say(askText(question));
    asked = question.id;
    onAsked();
  }

  const askNext = (): void => {
    const [question] = waiting;
    if (question !== undefined && asking === null && asked !== question.id) void ask(question);
  };
  const isAsked = (question: Question | undefined): question is Question =>
    question !== undefined && question.id === asked;

  return {
    waits: () => waiting.length > 0 || asking !== null,
    asked: () => waiting.find(isAsked) ?? null,
    add(question) {
      waiting = [...waiting, question];
      askNext();
    },
    drop(question) {
      waiting = waiting.filter(({ id }) => id !== question);
      askNext();
    },
    async answer(lines) {
      const [question] = waiting;
      // It is not on the screen yet, so this cannot be about it.
      if (!isAsked(question)) return;
      const reading = readAnswer(lines, question);
      if (reading.kind === 'unclear') return say(`${reading.why} Nothing was answered.`);
      if (reading.kind === 'explain') return say(await client.explain(question.command));
      waiting = waiting.filter(({ id }) => id !== question.id);
      const { kind } = await client.answer(question.id, reading.answer);
      if (kind === 'too-late') say('Too late: it was no longer asked.');
      askNext();
    },
  };
}

function setRaw(stdin: NodeJS.ReadStream, isRaw: boolean): void {
  if (stdin.isTTY) stdin.setRawMode(isRaw);
}
