import { printable } from '../lib/printable.ts';

/** The process's three streams and what is known about them. Commands get this instead of `process`. */
export interface Streams {
  stdin: StandardInput;
  /** Data, byte for byte. Resolves when it is with the reader (or the reader has gone, which is not our failure). */
  out(text: string): Promise<void>;
  /** Text for people on stdout: nothing in it can steer a terminal. */
  say(text: string): Promise<void>;
  /** The same on stderr. */
  err(text: string): Promise<void>;
  isErrTerminal: boolean;
}

/** Standard input by what it is. */
export interface StandardInput {
  kind: 'terminal' | 'file' | 'pipe' | 'none';
  chunks(): AsyncIterable<Uint8Array>;
  /** Gives up on a pipe that nobody closes, so that it does not keep the process alive. */
  close(): void;
}

export function processStreams(): Streams {
  const out = writer(process.stdout);
  const err = writer(process.stderr);
  return {
    stdin: processInput(),
    out,
    say: (text) => out(printable(text)),
    err: (text) => err(printable(text)),
    isErrTerminal: process.stderr.isTTY === true,
  };
}

/** A reader that went away (`| head`) must not end the run: the work and its log go on without it. */
function writer(stream: NodeJS.WriteStream): (text: string) => Promise<void> {
  let isGone = false;
  stream.on('error', () => {
    isGone = true;
  });
  return (text) =>
    new Promise((resolve) => {
      if (isGone || text === '') resolve();
      else stream.write(text, () => resolve());
    });
}

function processInput(): StandardInput {
  return {
    kind: kindOfInput(),
    chunks: () => process.stdin,
    close: () => process.stdin.destroy(),
  };
}

function kindOfInput(): StandardInput['kind'] {
  if (process.stdin.isTTY) return 'terminal';
  // Node has already looked what file descriptor 0 is: a file gives a ReadStream, a pipe or socket a net.Socket.
  if ('path' in process.stdin || process.stdin.constructor.name === 'ReadStream') return 'file';
  return process.stdin.constructor.name === 'Socket' ? 'pipe' : 'none';
}
