import { fstatSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { OpsError } from '../lib/ops-error.ts';
import { errorCode } from './state-errors.ts';

/** A local socket over which lines go. It never throws for what the other end does, and never waits for it for ever. */
export interface LineSocket {
  /**
   * The next line without its end; null when the other end is done, or gone. OpsError `input` for one that is longer
   * than `limitBytes`, is not there after `withinMs`, or is not UTF-8.
   */
  readLine(options: { limitBytes: number; withinMs: number }): Promise<string | null>;
  /** What the other end does not take any more is dropped. */
  send(line: string): void;
  isGone(): boolean;
  /** When all is sent, or the other end is gone, or it does not read it in time. */
  end(): Promise<void>;
  /** At once. */
  destroy(): void;
}

/** As much as waits for a reader that is slow; one that is slower is taken for gone. */
const UNSENT_LIMIT_BYTES = 16 * 1024 * 1024;
const END_WITHIN_MS = 5_000;

/** Descriptor of a socket that systemd accepted for us. OpsError `usage` when it is none. */
export async function openInheritedSocket(descriptor: number): Promise<LineSocket> {
  if (!isSocket(descriptor)) {
    throw new OpsError('no-socket', 'usage', 'standard input is not a socket', {
      hint: 'the executor is started by steward-executor.socket',
    });
  }
  const { Socket } = await import('node:net');
  return overSocket(new Socket({ fd: descriptor, readable: true, writable: true, allowHalfOpen: true }));
}

/** OpsError `sandbox` when nobody listens there or we may not connect. */
export async function connectLocalSocket(path: string, withinMs: number): Promise<LineSocket> {
  const { connect } = await import('node:net');
  const socket = connect({ path, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => fail('ETIMEDOUT'), withinMs);
    const fail = (code: string): void => {
      clearTimeout(timer);
      socket.destroy();
      const hint = HINTS[code] ?? `look at what listens on ${path}`;
      reject(new OpsError('no-connection', 'sandbox', `${path} cannot be connected to (${code})`, { hint }));
    };
    socket.once('error', (error) => fail(errorCode(error) ?? error.message));
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return overSocket(socket);
}

const HINTS: Record<string, string> = {
  EACCES: 'the socket is for root and the group steward: add the user to it',
  ENOENT: 'start steward-executor.socket',
  ECONNREFUSED: 'start steward-executor.socket',
};

/** Is there a socket, and may we connect to it? Nothing is connected to. */
export function isLocalSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    // Not there, or not for us to see.
    return false;
  }
}

function isSocket(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    // Closed.
    return false;
  }
}

/** Owns the socket from here on. */
export function overSocket(socket: Socket): LineSocket {
  let waiting: (() => void) | null = null;
  let isDone = false;
  let isGone = false;
  let unread: Buffer[] = [];
  let unreadBytes = 0;
  const wake = (): void => {
    waiting?.();
    waiting = null;
  };
  const gone = (): void => {
    isGone = true;
    isDone = true;
    wake();
  };
  // Paused until somebody reads: what nobody asked for stays with the kernel.
  socket.pause();
  socket.on('data', (chunk: Buffer) => {
    unread.push(chunk);
    unreadBytes += chunk.length;
    socket.pause();
    wake();
  });
  socket.on('end', () => {
    isDone = true;
    wake();
  });
  socket.on('error', gone);
  socket.on('close', gone);

  const takeLine = (): Buffer | null => {
    const all = unread.length === 1 ? unread[0] : Buffer.concat(unread);
    if (all === undefined) return null;
    unread = [all];
    const at = all.indexOf(0x0a);
    if (at < 0) return null;
    const rest = all.subarray(at + 1);
    unread = rest.length === 0 ? [] : [rest];
    unreadBytes = rest.length;
    return all.subarray(0, at);
  };

  return {
    async readLine({ limitBytes, withinMs }) {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        wake();
      }, withinMs);
      try {
        for (;;) {
          const line = takeLine();
          if (line !== null && line.length <= limitBytes) return decode(line);
          if (line !== null || unreadBytes > limitBytes) {
            throw new OpsError(
              'line-too-long',
              'input',
              `a line of more than ${limitBytes} bytes is not read`,
            );
          }
          if (isDone) return null;
          if (isLate)
            throw new OpsError('line-too-late', 'input', `no whole line came within ${withinMs} ms`);
          await new Promise<void>((resolve) => {
            waiting = resolve;
            socket.resume();
          });
        }
      } finally {
        clearTimeout(timer);
      }
    },
    send(line) {
      if (isGone || socket.writableEnded) return;
      socket.write(`${line}\n`);
      if (socket.writableLength > UNSENT_LIMIT_BYTES) socket.destroy();
    },
    isGone: () => isGone,
    async end() {
      if (!isGone) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, END_WITHIN_MS);
          const done = (): void => {
            clearTimeout(timer);
            resolve();
          };
          socket.once('close', done);
          socket.end(done);
        });
      }
      socket.destroy();
    },
    destroy: () => void socket.destroy(),
  };
}

function decode(line: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(line);
  } catch {
    throw new OpsError('bad-line', 'input', 'the line is not UTF-8');
  }
}
