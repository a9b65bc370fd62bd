import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Turn, WireRequest } from '../test/wire/index.ts';
import type { ServerProcess } from './model-server.ts';

/** A conversation of many calls whose results nobody can know without running them. */
export interface ToolTurns {
  turns: Turn[];
  /** What the n-th call must have printed. */
  expected: string[];
}

const FILE_BYTES = 512;

/** Each turn reads the sha256 of another file of random bytes: no two calls are the same, none can be guessed. */
export function makeToolTurns(folder: string, count: number): ToolTurns {
  const files = join(folder, 'files');
  mkdirSync(files, { recursive: true });
  const expected: string[] = [];
  const turns: Turn[] = [];
  for (let turn = 0; turn < count; turn++) {
    const path = join(files, `${turn}.bin`);
    const bytes = randomBytes(FILE_BYTES);
    writeFileSync(path, bytes);
    expected.push(createHash('sha256').update(bytes).digest('hex'));
    turns.push({ toolCalls: [{ name: 'Bash', input: { command: `sha256sum ${path}` } }] });
  }
  return { turns: [...turns, { text: 'Done.' }], expected };
}

/** Throws unless every result that the server was sent is what the command prints. */
export function proveResults({ expected }: ToolTurns, requests: readonly WireRequest[]): void {
  if (requests.length !== expected.length + 1) {
    throw new Error(`${requests.length} requests came instead of ${expected.length + 1}`);
  }
  for (const [index, digest] of expected.entries()) {
    const results = requests[index + 1]?.lastText ?? '';
    if (!results.includes(digest)) throw new Error(`call ${index + 1} was not run: ${results.slice(0, 200)}`);
  }
}

/** Milliseconds between the end of each answer and the arrival of the request after it: the client's own and its commands'. */
export function turnTimes(server: ServerProcess): number[] {
  const answered = server.answeredAt();
  return server
    .requests()
    .slice(1)
    .map(({ at }, index) => at - (answered[index] ?? Number.NaN));
}
