import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ReadStream } from 'node:tty';
import { expect, it, onTestFinished } from 'vitest';
import { holdQuestions } from '../../../src/tui/plain/hold-questions.ts';
import { readBursts } from '../../../src/tui/plain/read-bursts.ts';
import { createFakeClient } from '../../fakes/client.ts';
import { RESTART } from '../ask/questions.ts';

/** A stream that is read as a terminal's is, and whoever types into it. */
async function typedStream(): Promise<{ stdin: ReadStream; typist: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const typist = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[socket]] = await Promise.all([once(server, 'connection'), once(typist, 'connect')]);
  onTestFinished(() => {
    typist.destroy();
    socket.destroy();
    server.close();
  });
  return { stdin: socket as ReadStream, typist };
}

/** Nothing else happens meanwhile, as on a machine that is very busy. */
function stall(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it('drops what was typed long before a question stood there, also when the program comes to read it late', async () => {
  const { stdin, typist } = await typedStream();
  const answers: unknown[] = [];
  const client = createFakeClient({ onAnswer: (_, answer) => void answers.push(answer) });
  const said: string[] = [];
  const { promise: isAsked, resolve } = Promise.withResolvers<void>();
  const bursts = readBursts(
    stdin,
    (lines) => void questions.answer(lines),
    () => {},
  );
  onTestFinished(bursts.stop);
  const questions = holdQuestions({
    client,
    stdin,
    dropTyped: bursts.drop,
    say: (text) => void said.push(text),
    onAsked: resolve,
  });
  questions.add(RESTART);
  typist.write('1\n');
  stall(700);
  await isAsked;
  expect(said[0]).toBe('Not sent, since a question came: 1');
  expect(said[1]).toMatch(/^Question \w+\./);
  expect(answers).toEqual([]);
});
