import { describe, expect, it } from 'vitest';
import type { Client, Happening } from '../../../src/app/client.ts';
import type { Question } from '../../../src/protocol/question.ts';
import { watch } from './open-session.ts';

/** A client whose model answers everything with one call that takes a yes, and then with "Done." */
export type OpenClient = () => Promise<Client>;

type Of<K extends Happening['kind']> = Extract<Happening, { kind: K }>;

/** What every client promises to a screen. */
export function describeClient(name: string, open: OpenClient): void {
  describe(`${name}, as a client`, () => {
    it('tells whoever follows later the same, in the same order', async () => {
      const { client, now } = await talk(open);
      const later: Happening[] = [];
      client.follow((happening) => later.push(happening));
      expect(linesOf(later)).toEqual(linesOf(now()));
      expect(linesOf(later).length).toBeGreaterThan(3);
      expect(openQuestions(later)).toEqual([]);
    });

    it('tells nothing to whoever has stopped to follow, and goes on for the others', async () => {
      const client = await open();
      const { until } = watch(client);
      let count = 0;
      const stop = client.follow(() => {
        count += 1;
      });
      stop();
      stop();
      const before = count;
      client.say('Make it.');
      await until((one): one is Of<'question'> => one.kind === 'question');
      expect(count).toBe(before);
    });

    it('takes one answer to a question, and tells of it', async () => {
      const client = await open();
      const { until } = watch(client);
      client.say('Make it.');
      const { question } = await until((one): one is Of<'question'> => one.kind === 'question');
      expect(await client.answer('no such question', { kind: 'once' })).toEqual({
        kind: 'too-late',
        rule: null,
      });
      const deny = { kind: 'deny', comment: 'not now' } as const;
      expect(await client.answer(question.id, deny)).toEqual({ kind: 'accepted', rule: null });
      expect(await client.answer(question.id, { kind: 'once' })).toEqual({ kind: 'too-late', rule: null });
      const told = await until((one): one is Of<'answered'> => one.kind === 'answered');
      expect(told).toEqual({ kind: 'answered', question: question.id, answer: deny, rule: null });
    });

    it('begins anew with an empty conversation', async () => {
      const { client, until, now } = await talk(open);
      const from = now().length;
      client.clear();
      const opened = await until((one): one is Of<'opened'> => one.kind === 'opened', from);
      expect(opened).toEqual({ kind: 'opened', run: null, name: null, older: 0 });
    });

    it("runs the operator's own command in a terminal, and says how it ended", async () => {
      const client = await open();
      const own = client.runOwn('printf by-hand; exit 3', { isTold: false, columns: 80, rows: 24 });
      let output = '';
      own.onOutput((text) => {
        output += text;
      });
      expect(await own.ended).toMatchObject({ exitCode: 3, signal: null });
      expect(output).toContain('by-hand');
    });

    it('has nothing to take back when nothing waits, and can be closed twice', async () => {
      const client = await open();
      expect(client.unqueue()).toBeNull();
      await client.close();
      await client.close();
    });
  });
}

/** From a prompt over a denied question to the end of the turn. */
async function talk(open: OpenClient) {
  const client = await open();
  const { until, seen } = watch(client);
  client.say('Make it.');
  const { question } = await until((one): one is Of<'question'> => one.kind === 'question');
  await client.answer(question.id, { kind: 'deny', comment: null });
  await until((one): one is Of<'run'> => one.kind === 'run' && one.event.type === 'run.closed');
  return { client, until, now: () => [...seen] };
}

function linesOf(happenings: readonly Happening[]): string[] {
  return happenings.flatMap((one) => (one.kind === 'run' ? [`${one.seq} ${one.event.type}`] : []));
}

function openQuestions(happenings: readonly Happening[]): Question[] {
  const answered = happenings.flatMap((one) => (one.kind === 'answered' ? [one.question] : []));
  return happenings.flatMap((one) =>
    one.kind === 'question' && !answered.includes(one.question.id) ? [one.question] : [],
  );
}
