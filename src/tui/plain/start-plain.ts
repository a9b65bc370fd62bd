import type { Client } from '../../app/client.ts';
import { holdQuestions } from './hold-questions.ts';
import { NOTHING_TOLD, narrate, say, type Told } from './narrate.ts';
import { obey } from './obey.ts';
import { type Bursts, readBursts } from './read-bursts.ts';
import { runOwnPlain } from './run-own-plain.ts';

export interface PlainOptions {
  client: Client;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  /** Sent at once; what was typed behind `steward`. */
  firstPrompt: string | null;
  /** `-r` without a run: begins with the list of runs. */
  opensRuns: boolean;
  /** Ends it: a signal came, or the terminal is gone. */
  signal: AbortSignal;
}

/**
 * The session in flat lines, for a terminal that cannot move its cursor and for people who listen to it. Words are only
 * ever added. Ctrl+C, which is a signal here, ends what works; whoever calls leaves SIGINT to it.
 */
export async function startPlain(options: PlainOptions): Promise<void> {
  const { client, stdin, stdout, firstPrompt, opensRuns, signal } = options;
  let told: Told = NOTHING_TOLD;
  let hasPrompt = false;
  /** Somebody else has the terminal. */
  let isLent = false;
  const input: { bursts: Bursts | null } = { bursts: null };
  const left = Promise.withResolvers<void>();

  const write = (words: string): void => {
    if (words === '') return;
    stdout.write(hasPrompt ? `\n${words}` : words);
    hasPrompt = false;
  };
  const speak = ({ told: next, words }: { told: Told; words: string }): void => {
    told = next;
    write(words);
  };
  const speakText = (text: string): void => speak(say(told, text.split('\n')));
  const trouble = (error: unknown): void => speakText(describeTrouble(error));
  const questions = holdQuestions({
    client,
    stdin,
    dropTyped: () => input.bursts?.drop() ?? '',
    say: speakText,
    onAsked: () => prompt(),
  });
  const prompt = (): void => {
    if (hasPrompt || isLent || told.isLineOpen || signal.aborted) return;
    const asked = questions.asked();
    // What is known a moment later stands above the first prompt, not in it.
    if (told.status === null || (told.status.model ?? told.status.modelMissing) === null) return;
    if (asked === null && (questions.waits() || told.status?.isWorking === true)) return;
    stdout.write(asked === null ? '> ' : `${asked.id} > `);
    hasPrompt = true;
  };

  const sayTo = (text: string): void => {
    told = { ...told, typed: [...told.typed, text] };
    client.remember(text);
    if (told.status?.isWorking === true) {
      client.steer(text);
      speakText('The model reads this at its next step.');
    } else client.say(text);
  };
  async function command(line: string): Promise<void> {
    const { text = '', prompt: words, firstSeq, isLeaving = false } = await obey(client, line, told);
    if (isLeaving) left.resolve();
    if (firstSeq !== undefined) told = { ...told, firstSeq };
    if (text !== '') speakText(text);
    if (words !== undefined) sayTo(words);
  }
  async function act(lines: string[]): Promise<void> {
    if (questions.waits()) return questions.answer(lines);
    const text = lines.join('\n').trim();
    if (text === '') return;
    if (text.startsWith('!')) await lend(() => runOwn(text));
    else if (text.startsWith('/')) await command(text);
    else sayTo(text);
  }

  async function runOwn(text: string): Promise<void> {
    told = { ...told, seesOwn: true };
    await runOwnPlain({ client, stdin, text, say: speakText, write });
    told = { ...told, seesOwn: false };
  }
  async function lend(use: () => Promise<void>): Promise<void> {
    isLent = true;
    input.bursts?.stop();
    await use().catch(trouble);
    isLent = false;
    listen();
  }
  function listen(): void {
    const onLines = (lines: string[]): void => {
      // The terminal has echoed Enter.
      hasPrompt = false;
      void act(lines).catch(trouble).finally(prompt);
    };
    input.bursts = readBursts(stdin, onLines, () => left.resolve());
    stdin.resume();
  }

  const onInterrupt = (): void => {
    if (told.status?.isWorking === true) client.interrupt();
    else speakText('Nothing works. Ctrl+D or /exit leaves.');
    prompt();
  };
  speakText('steward, in plain lines. /help says what there is.');
  listen();
  process.on('SIGINT', onInterrupt);
  signal.addEventListener('abort', () => left.resolve(), { once: true });
  if (signal.aborted) left.resolve();
  const unfollow = client.follow((happening) => {
    speak(narrate(told, happening));
    if (happening.kind === 'question') questions.add(happening.question);
    if (happening.kind === 'answered') questions.drop(happening.question);
    if (happening.kind === 'terminal-wanted') void lend(happening.use).finally(prompt);
    prompt();
  });
  if (opensRuns) await command('/resume').catch(trouble);
  if (firstPrompt !== null) sayTo(firstPrompt);
  prompt();
  await left.promise;
  unfollow();
  process.off('SIGINT', onInterrupt);
  input.bursts?.stop();
  if (hasPrompt || told.isLineOpen) stdout.write('\n');
}

function describeTrouble(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const hint = error instanceof Error && 'hint' in error ? error.hint : null;
  return typeof hint === 'string' ? `Trouble: ${text}\nHint: ${hint}` : `Trouble: ${text}`;
}
