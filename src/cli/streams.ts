import { fstatSync, read } from 'node:fs';
import { isatty } from 'node:tty';
import { printable } from '../lib/printable.ts';

/** The process's three streams and what is known about them. Commands get this instead of `process`. */
export interface Streams {
  stdin: StandardInput;
  /** Data, byte for byte. Resolves when it is with the reader (or the reader has gone, which is not our failure). */
  out(data: string | Uint8Array): Promise<void>;
  /** Text for people on stdout: nothing in it can steer a terminal, and no secret is in it. */
  say(text: string): Promise<void>;
  /** The same on stderr. */
  err(text: string): Promise<void>;
  /** Why stdout does not hold all that was written to it (a full disk); null while it does, or when its reader has gone. */
  lost(): Error | null;
  isErrTerminal: boolean;
  isOutTerminal: boolean;
  mask(text: string): string;
  /** From now on by a masker that knows more. */
  maskWith(mask: (text: string) => string): void;
}

/** Standard input by what it is. */
export interface StandardInput {
  kind: 'terminal' | 'file' | 'pipe' | 'none';
  chunks(): AsyncIterable<Uint8Array>;
  /** Gives up on a pipe that nobody closes, so that it does not keep the process alive. */
  close(): void;
}

/** `mask` is for what is said before settings and credentials are read. */
export function processStreams(firstMask: (text: string) => string): Streams {
  let mask = firstMask;
  const isOutTerminal = isatty(STDOUT);
  const out = writer(() => process.stdout);
  // The screen and what asks there write to it themselves, and a window can be closed under them.
  if (isOutTerminal || isatty(STDIN)) out.open();
  const err = writer(() => process.stderr);
  return {
    stdin: processInput(),
    out: out.write,
    say: (text) => out.write(printable(mask(text))),
    err: (text) => err.write(printable(mask(text))),
    lost: out.lost,
    isErrTerminal: isatty(STDERR),
    isOutTerminal,
    mask: (text) => mask(text),
    maskWith(better) {
      mask = better;
    },
  };
}

interface Writer {
  /** So that a failure of what others write to the stream ends nothing. */
  open(): void;
  write(data: string | Uint8Array): Promise<void>;
  lost(): Error | null;
}

/**
 * A reader that went away (`| head`) must not end the run: the work and its log go on without it. `open` is called for the
 * first word: Node makes a stream when it is asked for one, and many a run has nothing to say on stderr.
 */
function writer(open: () => NodeJS.WriteStream): Writer {
  let failure: NodeJS.ErrnoException | null = null;
  let opened: NodeJS.WriteStream | undefined;
  const stream = (): NodeJS.WriteStream => {
    opened ??= open().on('error', (error) => {
      failure ??= error;
    });
    return opened;
  };
  return {
    open: stream,
    write: (data) =>
      new Promise((resolve) => {
        if (failure !== null || data.length === 0) resolve();
        else stream().write(data, () => resolve());
      }),
    lost: () => (failure === null || GONE_CODES.has(failure.code ?? '') ? null : failure),
  };
}

const GONE_CODES: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/** Descriptor 0 as it is: `process.stdin` would load streams of files for every run that has no input. */
function processInput(): StandardInput {
  const kind = kindOfInput();
  if (kind === 'file') return { kind, chunks: readFileInput, close() {} };
  return { kind, chunks: () => process.stdin, close: () => kind !== 'none' && process.stdin.destroy() };
}

function kindOfInput(): StandardInput['kind'] {
  if (isatty(STDIN)) return 'terminal';
  try {
    const facts = fstatSync(STDIN);
    if (facts.isFIFO() || facts.isSocket()) return 'pipe';
    return facts.isFile() || facts.isCharacterDevice() ? 'file' : 'none';
  } catch {
    // Closed.
    return 'none';
  }
}

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const CHUNK_BYTES = 64 * 1024;

async function* readFileInput(): AsyncGenerator<Uint8Array> {
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = await new Promise<number>((resolve, reject) =>
      read(STDIN, chunk, 0, CHUNK_BYTES, null, (error, count) => {
        // nohup puts a file there that is open for writing only: nothing comes from it.
        if (error === null || error.code === 'EBADF') resolve(error === null ? count : 0);
        else reject(error);
      }),
    );
    if (length === 0) return;
    yield chunk.subarray(0, length);
  }
}
