import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  connectLocalSocket,
  isLocalSocket,
  type LineSocket,
  openInheritedSocket,
} from '../../src/host/index.ts';
import { makeSocketFolder } from '../socket-folder.ts';

const scratch = makeSocketFolder();
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;

/** Ours, and the raw other end. */
async function pair(): Promise<{ ours: LineSocket; theirs: Socket }> {
  const path = join(scratch, `${count++}.sock`);
  const accepted = Promise.withResolvers<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, accepted.resolve);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  const ours = await connectLocalSocket(path, 10_000);
  const theirs = await accepted.promise;
  theirs.on('error', () => {});
  onTestFinished(() => {
    ours.destroy();
    theirs.destroy();
  });
  return { ours, theirs };
}

const ROOM = { limitBytes: 1_000, withinMs: 20_000 };

describe('lines over a local socket', () => {
  it('come one by one, however they were cut', async () => {
    const { ours, theirs } = await pair();
    theirs.write('{"a":');
    const first = ours.readLine(ROOM);
    theirs.write('1}\n{"b":2}\n{"c"');
    expect(await first).toBe('{"a":1}');
    expect(await ours.readLine(ROOM)).toBe('{"b":2}');
    theirs.end(':3}\nno end');
    expect(await ours.readLine(ROOM)).toBe('{"c":3}');
    expect(await ours.readLine(ROOM)).toBeNull();
  });

  it('are refused when they are too long, also when they never end, and 10 MB are not kept', async () => {
    const { ours, theirs } = await pair();
    theirs.write('x'.repeat(10_000_000));
    await expect(ours.readLine(ROOM)).rejects.toMatchObject({ code: 'line-too-long' });
  });

  it('are refused when they come too late', async () => {
    const { ours, theirs } = await pair();
    theirs.write('{"a"');
    await expect(ours.readLine({ limitBytes: 100, withinMs: 50 })).rejects.toMatchObject({
      code: 'line-too-late',
    });
  });

  it('are refused when they are not text', async () => {
    const { ours, theirs } = await pair();
    theirs.write(Buffer.from([0xff, 0xfe, 0x0a]));
    await expect(ours.readLine(ROOM)).rejects.toMatchObject({ code: 'bad-line' });
  });

  it('are dropped when nobody takes them any more', async () => {
    const { ours, theirs } = await pair();
    theirs.destroy();
    expect(await ours.readLine(ROOM)).toBeNull();
    for (let i = 0; i < 1_000; i += 1) ours.send('x'.repeat(1_000));
    await ours.end();
    expect(ours.isGone()).toBe(true);
  });

  it('do not pile up for a reader that reads nothing', async () => {
    const { ours, theirs } = await pair();
    theirs.pause();
    for (let i = 0; i < 40 && !ours.isGone(); i += 1) {
      ours.send('x'.repeat(1_000_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(ours.isGone()).toBe(true);
  });

  it('are all with the reader when the end is reached', async () => {
    const { ours, theirs } = await pair();
    let got = '';
    theirs.setEncoding('utf8').on('data', (text: string) => {
      got += text;
    });
    const over = new Promise((resolve) => theirs.on('end', resolve));
    for (let i = 0; i < 500; i += 1) ours.send(String(i));
    await ours.end();
    await over;
    expect(got.split('\n')).toHaveLength(501);
  });
});

describe('connecting', () => {
  it('says what to do when nobody listens', async () => {
    const path = join(scratch, 'nobody.sock');
    await expect(connectLocalSocket(path, 1_000)).rejects.toMatchObject({
      code: 'no-connection',
      reason: 'sandbox',
      hint: 'start steward-executor.socket',
    });
    expect(isLocalSocket(path)).toBe(false);
    expect(isLocalSocket('/etc/passwd')).toBe(false);
  });

  it('takes no descriptor that is not a socket', async () => {
    await expect(openInheritedSocket(9_999)).rejects.toMatchObject({ code: 'no-socket', reason: 'usage' });
  });
});
