import { appendFileSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startModelServer } from './model-server.ts';
import type { Dialect, Step } from './script.ts';

/**
 * The scripted model server as a program:
 *   node test/wire/serve.ts --dialect anthropic --port 0 --script turns.json [--requests seen.jsonl]
 *     [--answers sent.jsonl] [--host ADDR]
 * First line of stdout: the port. Every request is appended to the --requests file before it is answered, and a line to
 * --answers when its answer is out. The script file holds a list of steps (script.ts); {"sameFor": N, "turn": {…}} in
 * it stands for N equal turns. One file for a
 * container: npx esbuild test/wire/serve.ts --bundle --platform=node --format=esm --outfile=serve.mjs
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dialect: { type: 'string', default: 'anthropic' },
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      script: { type: 'string' },
      requests: { type: 'string' },
      answers: { type: 'string' },
    },
  });
  if (values.script === undefined) throw new Error('--script FILE is missing');
  const server = await startModelServer({
    dialect: dialectOf(values.dialect),
    script: readScript(values.script),
    port: Number(values.port),
    host: values.host,
    onRequest: (request) => {
      if (values.requests !== undefined) appendFileSync(values.requests, `${JSON.stringify(request)}\n`);
    },
    onAnswered: ({ n }, at) => {
      if (values.answers !== undefined) appendFileSync(values.answers, `${JSON.stringify({ n, at })}\n`);
    },
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void server.close());
  }
  process.stdout.write(`${server.port}\n`);
}

function readScript(file: string): Step[] {
  const steps: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(steps)) throw new Error(`${file}: a list of steps is expected`);
  return steps.flatMap((step: Step | { sameFor: number; turn: Step }) =>
    'sameFor' in step ? Array.from({ length: step.sameFor }, () => ({ ...step.turn })) : [step],
  );
}

function dialectOf(name: string): Dialect {
  if (name === 'anthropic' || name === 'ollama' || name === 'openai') return name;
  throw new Error(`--dialect ${name}: anthropic, ollama or openai`);
}

await main();
