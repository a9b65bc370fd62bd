import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Dialect, Turn, WireRequest } from '../test/wire/index.ts';

/** A scripted model server in a process of its own, so that its work is on nobody's bill. */
export interface ServerProcess {
  url: string;
  /** What it was sent so far. */
  requests(): WireRequest[];
  /** When it had sent the whole answer to each request; milliseconds since the epoch. */
  answeredAt(): number[];
  /** Forgets what was before. */
  reset(): void;
  stop(): Promise<void>;
}

export async function startServer(
  folder: string,
  dialect: Dialect,
  turns: readonly Turn[],
): Promise<ServerProcess> {
  const name = join(folder, `${dialect}-${turns.length}`);
  const files = { script: `${name}.json`, requests: `${name}.requests`, answers: `${name}.answers` };
  writeFileSync(files.script, JSON.stringify(turns));
  const program = join(import.meta.dirname, '../test/wire/serve.ts');
  const { script, requests, answers } = files;
  const child = spawn(
    process.execPath,
    [program, '--dialect', dialect, '--script', script, '--requests', requests, '--answers', answers],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error('the model server did not start')));
  });
  const reset = (): void => {
    for (const file of [requests, answers]) writeFileSync(file, '');
  };
  reset();
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => readLines(requests) as WireRequest[],
    answeredAt: () => (readLines(answers) as { at: number }[]).map(({ at }) => at),
    reset,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

function readLines(file: string): unknown[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
