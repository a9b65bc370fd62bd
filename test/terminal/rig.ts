import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { type IPty, spawn } from '@lydell/node-pty';
import { createEmulator, type Emulator } from './emulator.ts';
import { keyBytes } from './keys.ts';

/** A program in a pseudo terminal, and the screen that a person would look at. */
export interface Rig extends Omit<Emulator, 'feed' | 'resize' | 'dispose'> {
  readonly pid: number;
  /** Sends the text as typed, in one write. */
  type(text: string): void;
  /** Named keys, each in a write of its own: `enter`, `ctrl+c`, `up`, `alt+b`, `x`. */
  press(...keys: string[]): void;
  /** As a terminal pastes: bracketed when the program asked for it, line ends as carriage returns. */
  paste(text: string): void;
  /** Tells that the window came to or lost the focus, when the program asked to know. */
  focus(hasFocus: boolean): void;
  resize(columns: number, rows: number): void;
  /** Resolves when the predicate holds between two frames; rejects with the screen as it is at the deadline. */
  waitFor(predicate: (screen: string[]) => boolean, deadlineMs?: number): Promise<void>;
  waitForText(text: string | RegExp, deadlineMs?: number): Promise<void>;
  /** Nothing has come for a while. For screens that are written down, not for tests to lean on. */
  quiet(forMs: number): Promise<void>;
  /** Calls with bytes as they come, before they are parsed. Answers with "stop". */
  onBytes(listener: (bytes: Uint8Array) => void): () => void;
  /** The newest of the bytes that came, as text: at most 1 MiB. */
  written(): string;
  signal(name: NodeJS.Signals): void;
  /** Closes the window: the program gets SIGHUP, and what it writes from then on fails. */
  hangUp(): void;
  /** When all it printed is on the screen; 128 + n when a signal ended it. */
  readonly ended: Promise<number>;
  /** Processes that it left running, by their ids. */
  leftRunning(): number[];
  /** Ends everything that was started, and waits until it is gone. */
  close(): Promise<void>;
}

export interface RigOptions {
  argv: readonly string[];
  columns?: number;
  rows?: number;
  cwd: string;
  /** All of it; TERM and TZ are set when they are missing. */
  env: Record<string, string>;
  /** Of a slow link: half of it on the way to the program, half on the way back. */
  latencyMs?: number;
}

/** A busy machine is no failure. */
const DEADLINE_MS = 60_000;
const MOST_WRITTEN = 2 ** 20;
const MARK = 'STEWARD_TEST_TERMINAL';

export function startRig({ argv, columns = 80, rows = 24, cwd, env, latencyMs = 0 }: RigOptions): Rig {
  const [file = '', ...args] = argv;
  const mark = randomUUID();
  const pty = spawn(file, args, {
    cols: columns,
    rows,
    cwd,
    env: { TERM: 'xterm-256color', TZ: 'UTC', ...env, [MARK]: mark },
    encoding: null,
  });
  const later = createDelay(latencyMs / 2);
  const write = (bytes: string): void => later(() => state.isOpen && pty.write(bytes));
  const state = { isOpen: true, isClosed: false, lastByteAt: performance.now(), written: Buffer.alloc(0) };
  const listeners = new Set<(bytes: Uint8Array) => void>();
  const emulator = createEmulator({ columns, rows }, write);
  readBytes(pty, (bytes) =>
    later(() => {
      state.lastByteAt = performance.now();
      state.written = Buffer.concat([state.written, bytes]).subarray(-MOST_WRITTEN);
      for (const listener of listeners) listener(bytes);
      emulator.feed(bytes);
    }),
  );
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      state.isOpen = false;
      const status = signal === undefined || signal === 0 ? exitCode : 128 + signal;
      // What it printed last is on the screen by then.
      later(() => void emulator.settle().then(() => resolve(status)));
    });
  });
  const isSettled = (): boolean => !emulator.modes().isInFrame;

  const rig: Rig = {
    ...emulator,
    pid: pty.pid,
    ended,
    type: write,
    press(...keys) {
      for (const key of keys) write(keyBytes(key, emulator.modes().applicationCursor));
    },
    paste(text) {
      const typed = text.replaceAll('\n', '\r');
      write(emulator.modes().bracketedPaste ? `\x1b[200~${typed}\x1b[201~` : typed);
    },
    focus(hasFocus) {
      if (emulator.modes().focus) write(hasFocus ? '\x1b[I' : '\x1b[O');
    },
    resize(newColumns, newRows) {
      emulator.resize(newColumns, newRows);
      if (state.isOpen) pty.resize(newColumns, newRows);
    },
    async waitFor(predicate, deadlineMs = DEADLINE_MS) {
      await emulator.settle();
      await new Promise<void>((resolve, reject) => {
        const holds = (): boolean => isSettled() && predicate(emulator.screen());
        if (holds()) return resolve();
        const finish = (how: () => void): void => {
          clearTimeout(timer);
          stop();
          how();
        };
        const timer = setTimeout(() => {
          const screen = emulator.screen().join('\n').trimEnd();
          finish(() => reject(new Error(`not seen in ${deadlineMs} ms: ${predicate}\n${screen}`)));
        }, deadlineMs);
        const stop = emulator.onParsed(() => {
          if (holds()) finish(resolve);
        });
      });
    },
    async waitForText(text, deadlineMs) {
      const isSeen = (screen: string[]): boolean => {
        const whole = screen.join('\n');
        return typeof text === 'string' ? whole.includes(text) : text.test(whole);
      };
      await rig.waitFor(Object.assign(isSeen, { toString: () => String(text) }), deadlineMs);
    },
    async quiet(forMs) {
      const since = performance.now();
      while (performance.now() - Math.max(since, state.lastByteAt) < forMs || !isSettled()) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        await emulator.settle();
      }
    },
    onBytes(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    written: () => state.written.toString('utf8'),
    signal: (name) => void process.kill(pty.pid, name),
    hangUp() {
      state.isOpen = false;
      // Its types leave it out.
      (pty as IPty & { destroy(): void }).destroy();
    },
    leftRunning: () => findMarked(mark),
    async close() {
      if (state.isClosed) return;
      state.isClosed = true;
      // Between its fork and its exec it has the mark in no environment yet.
      if (state.isOpen) kill(pty.pid);
      for (let pids = findMarked(mark); pids.length > 0; pids = findMarked(mark)) {
        for (const pid of pids) kill(pid);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await ended;
      await emulator.settle();
      emulator.dispose();
    },
  };
  return rig;
}

/** With `encoding: null` node-pty gives bytes, though its types say text. */
function readBytes(pty: IPty, listener: (bytes: Uint8Array) => void): void {
  pty.onData((data) => listener(data as unknown as Uint8Array));
}

/** Runs what it is given so much later, in the order given; at once when there is no delay. */
function createDelay(ms: number): (run: () => void) => void {
  return ms === 0 ? (run) => run() : (run) => void setTimeout(run, ms);
}

/** Processes that were started with the mark in their environment, however far they went from their parent. */
function findMarked(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isMarked(pid, mark));
}

function isMarked(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${MARK}=${mark}`);
  } catch {
    // It has ended, or is another user's.
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
