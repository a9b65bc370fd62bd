import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

/** Two ends of one stream: what is written to `write` comes out of `read`, which is paused. */
export interface StreamPair {
  read: Socket;
  write: Socket;
}

export interface StreamPairs {
  /** null where none can be had. */
  take(): Promise<StreamPair | null>;
  /** Makes one ahead of time, for a moment in which there is nothing to do. */
  prepare(): void;
}

export function createStreamPairs(): StreamPairs {
  let spare: Promise<StreamPair | null> | null = null;
  return {
    async take() {
      const taken = spare ?? openStreamPair();
      spare = null;
      const pair = await taken;
      pair?.read.ref();
      return pair;
    },
    prepare() {
      spare ??= openStreamPair();
    },
  };
}

const WORD_BYTES = 16;
const WITHIN_MS = 1_000;

/**
 * What socketpair(2) gives, which Node does not offer: both ends of a socket, to hand one descriptor to a program twice.
 * Its name is in no file system (unix(7), "abstract"), is random, and is gone before this resolves. Anybody on the machine
 * may connect to such a name; ours is who says the word that only we know. Keeps no process alive.
 */
async function openStreamPair(): Promise<StreamPair | null> {
  const { connect, createServer } = await import('node:net');
  const random = randomBytes(2 * WORD_BYTES);
  const word = random.subarray(WORD_BYTES);
  const path = `\0steward-${random.toString('hex', 0, WORD_BYTES)}`;
  return new Promise((resolve) => {
    const strangers = new Set<Socket>();
    let write: Socket | undefined;
    const server = createServer((read) => {
      strangers.add(read);
      read.on('error', ignore);
      read.once('data', (said: Buffer) => {
        if (!said.equals(word)) {
          read.destroy();
          return;
        }
        strangers.delete(read);
        read.pause();
        read.unref();
        settle(read);
      });
    });
    const settle = (read?: Socket): void => {
      clearTimeout(timer);
      server.close();
      for (const stranger of strangers) stranger.destroy();
      if (read === undefined) write?.destroy();
      resolve(read === undefined || write === undefined ? null : { read, write });
    };
    const timer = setTimeout(() => settle(), WITHIN_MS);
    server.once('error', () => settle());
    server.listen(path, () => {
      write = connect({ path });
      write.once('error', () => settle());
      write.on('error', ignore);
      write.write(word);
      write.unref();
    });
  });
}

/** A program that ends leaves a broken stream behind; how it ended is told by its status. */
function ignore(): void {}
