import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createStreamPairs, type StreamPair } from '../../src/host/stream-pair.ts';

/** Connects to whatever name of ours it sees, and says something. Tells how often it came through. */
const STRANGER = `
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
let count = 0;
const end = Date.now() + 60000;
process.on('message', () => process.send(count));
const look = () => {
  for (const [, name] of readFileSync('/proc/net/unix', 'utf8').matchAll(/@(steward-\\w+)/g)) {
    const socket = connect('\\0' + name);
    socket.on('error', () => {});
    socket.on('connect', () => { count++; socket.write('from a stranger, long enough'); });
  }
  if (Date.now() < end) setImmediate(look);
};
look();
process.send('ready');
`;

const pairs = createStreamPairs();

async function take(): Promise<StreamPair> {
  const pair = await pairs.take();
  if (pair === null) throw new Error('no pair');
  return pair;
}

async function read({ read: end }: StreamPair): Promise<string> {
  const chunks: Buffer[] = [];
  end.on('data', (chunk: Buffer) => chunks.push(chunk));
  end.resume();
  await once(end, 'close');
  return Buffer.concat(chunks).toString();
}

test('what is written to one end comes out of the other, and then its end', async () => {
  const pair = await take();
  pair.write.write('one\n');
  pair.write.end('two\n');
  expect(await read(pair)).toBe('one\ntwo\n');
});

test('a stranger who connects to the name of a pair is neither heard nor given anything', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stranger-'));
  const file = join(folder, 'stranger.mjs');
  writeFileSync(file, STRANGER);
  const stranger = fork(file);
  onTestFinished(() => {
    stranger.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  await once(stranger, 'message');
  // On a busy machine a stranger can come too late for a thousand names.
  let count = 0;
  for (let index = 0; index < 1_000 || count === 0; index++) {
    const pair = await take();
    pair.write.end(`${index}`);
    expect(await read(pair)).toBe(`${index}`);
    if (index % 1_000 !== 999) continue;
    stranger.send('how often?');
    [count] = (await once(stranger, 'message')) as [number];
  }
  expect(count).toBeGreaterThan(0);
});

test('nothing of a pair is left open', async () => {
  const before = readdirSync('/proc/self/fd').length;
  for (let index = 0; index < 50; index++) {
    const pair = await take();
    pair.write.destroy();
    pair.read.destroy();
  }
  await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
});

test('one that was made ahead of time is taken once, and keeps no program alive', async () => {
  pairs.prepare();
  pairs.prepare();
  const [first, second] = [await take(), await take()];
  first.write.end('first');
  second.write.end('second');
  expect(await Promise.all([read(first), read(second)])).toEqual(['first', 'second']);

  const file = fileURLToPath(new URL('../../src/host/stream-pair.ts', import.meta.url));
  const program = `const { createStreamPairs } = await import(${JSON.stringify(file)}); const pairs = createStreamPairs();
    await pairs.take().then((pair) => pair.read.destroy() && pair.write.destroy()); pairs.prepare();`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', program], {
    timeout: 60_000,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
});
