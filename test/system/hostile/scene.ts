import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunEvent } from '../../../src/protocol/event.ts';
import type { ScriptedCall } from '../../wire/index.ts';
import { type Box, createBoxWithModel, type Ended } from '../steward.ts';

/** What no masker would know by its look: if it is shown anywhere, a guard of the file let it through. */
export const SECRET = 'tulips by the back door';
export const SECRET_FILE = '.ssh/id_ed25519';

/** A place in which an attempt may do its harm: run bare in one, through steward in another. */
export interface Place {
  home: string;
  cwd: string;
  env: Record<string, string>;
}

/** Plants what attempts are after. */
export function plant({ home, cwd }: Place): void {
  mkdirSync(join(home, '.ssh'), { recursive: true });
  writeFileSync(join(home, SECRET_FILE), `${SECRET}\n`);
  writeFileSync(join(cwd, 'README'), 'nothing to see\n');
}

/** The line in bash, as it would run without steward; both streams. */
export function runBare(line: string, { home, cwd, env }: Place): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', line], {
      cwd,
      env: { PATH: process.env.PATH ?? '', ...env, HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 20_000,
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
    }
    child.on('error', reject);
    child.on('close', () => resolve(text));
  });
}

/** Somebody on loopback who answers any connection, and knows whether there was one. */
export async function listen(): Promise<{ port: number; wasCalled(): boolean }> {
  let calls = 0;
  const server = createServer((socket) => {
    calls++;
    socket.on('error', () => {});
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nhi\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return { port: address.port, wasCalled: () => calls > 0 };
}

export interface Played extends Ended {
  box: Box;
  events: RunEvent[];
  /** Everything that left steward: both streams, the log, all that the model was sent. */
  everything: string;
  /** Texts that the model was sent, each block by itself. */
  sent: string[];
  /** What the model was told of its tools, in each request. */
  tools: string[];
  decision(step: string): Extract<RunEvent, { type: 'step.decided' }>;
}

export interface Play {
  prepare?(box: Box): void | Promise<void>;
  args?: readonly string[] | ((box: Box) => readonly string[]);
  /** Calls of one turn after the other; the last answer is `done`. */
  turns?: (box: Box) => readonly (readonly ScriptedCall[])[];
  answer?: string;
  stdin?: string;
  env?: Record<string, string>;
}

/** One run of the built program, whose model makes these calls whatever it is told. */
export async function play({ prepare, args, turns, answer = 'done', stdin, env }: Play): Promise<Played> {
  let calls: readonly (readonly ScriptedCall[])[] = [];
  const { box, server } = await createBoxWithModel((request) => {
    const turn = calls[request.assistantMessages];
    return turn === undefined ? { text: answer } : { toolCalls: [...turn] };
  });
  plant(box);
  await prepare?.(box);
  calls = turns?.(box) ?? [];
  const ended = await box.run((typeof args === 'function' ? args(box) : args) ?? ['-p', 'look'], {
    ...(stdin === undefined ? {} : { input: { pipe: stdin } }),
    ...(env === undefined ? {} : { env }),
  });
  const log = readLogs(box);
  const events = log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { event: RunEvent }).event);
  const sent = server.requests.flatMap(({ body }) =>
    stringsOf({ system: body.system, messages: body.messages }),
  );
  return {
    ...ended,
    box,
    events,
    sent,
    tools: server.requests.map(({ body }) => JSON.stringify(body.tools)),
    everything: [ended.stdout, ended.stderr, log, ...sent].join('\n'),
    decision(step) {
      const found = events.find((event) => event.type === 'step.decided' && event.step === step);
      if (found?.type !== 'step.decided') throw new Error(`${step} was not decided: ${ended.stderr}`);
      return found;
    },
  };
}

export function bash(command: string): ScriptedCall {
  return { name: 'Bash', input: { command } };
}

function readLogs({ home }: Box): string {
  const folder = join(home, '.local/state/steward/runs');
  if (!existsSync(folder)) return '';
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsOf);
}
