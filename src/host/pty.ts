import { OpsError } from '../lib/ops-error.ts';

/** A command in a terminal of its own. It is an operator's, so nothing stands between it and the machine. */
export interface PtyProcess {
  /** Each piece as it comes, escape sequences and all; where nobody takes them in time, the command waits. */
  onOutput(listener: (text: string) => void): void;
  write(keys: string): void;
  resize(columns: number, rows: number): void;
  /** While paused the command fills the kernel's buffer, and waits. */
  pause(): void;
  resume(): void;
  /** HUP and TERM, after 5 s KILL, to the whole of its process group. */
  stop(): void;
  ended: Promise<{ exitCode: number | null; signal: string | null }>;
}

export interface PtyOptions {
  /** What the operator's shell is given, as typed. */
  line: string;
  cwd: string;
  /** The operator's own environment. */
  env: Readonly<Record<string, string | undefined>>;
  columns: number;
  rows: number;
}

const KILL_AFTER_MS = 5_000;

/** OpsError `no-pty` where this machine has no terminal to give: the native part is missing, or all are in use. */
export async function startInPty(options: PtyOptions): Promise<PtyProcess> {
  const { line, cwd, env, columns, rows } = options;
  const shell = shellOf(env);
  const { spawn } = await loadPty();
  let pty: ReturnType<typeof spawn>;
  try {
    pty = spawn(shell, ['-c', line], {
      name: env.TERM && env.TERM !== 'dumb' ? env.TERM : 'xterm-256color',
      cwd,
      env: { ...env },
      cols: atLeastOne(columns),
      rows: atLeastOne(rows),
    });
  } catch (error) {
    throw new OpsError('no-pty', 'tool', `${shell} could not be started in a terminal of its own`, {
      hint: 'is there such a folder, and a free terminal? See /proc/sys/kernel/pty/nr',
      cause: error,
    });
  }
  let isOver = false;
  let killTimer: NodeJS.Timeout | undefined;
  const ended = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      isOver = true;
      clearTimeout(killTimer);
      const name = signal === undefined || signal === 0 ? null : signalName(signal);
      resolve({ exitCode: name === null ? exitCode : null, signal: name });
    });
  });
  const kill = (signal: NodeJS.Signals): void => {
    try {
      // It leads a session and so a group of its own.
      if (!isOver) process.kill(-pty.pid, signal);
    } catch {
      // Gone between our look and the signal.
    }
  };
  return {
    onOutput: (listener) => void pty.onData(listener),
    write: (keys) => {
      if (!isOver) pty.write(keys);
    },
    resize: (toColumns, toRows) => {
      if (!isOver) pty.resize(atLeastOne(toColumns), atLeastOne(toRows));
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    stop() {
      kill('SIGHUP');
      kill('SIGTERM');
      killTimer ??= setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS);
    },
    ended,
  };
}

/** The native part comes for the platforms it is built for; everything else of steward works without. */
async function loadPty(): Promise<typeof import('@lydell/node-pty')> {
  try {
    return await import('@lydell/node-pty');
  } catch (error) {
    throw new OpsError('no-pty', 'tool', 'own commands need @lydell/node-pty, which cannot be loaded here', {
      hint: 'install steward with its packages for this platform; until then use another terminal',
      cause: error,
    });
  }
}

function shellOf({ SHELL: shell }: PtyOptions['env']): string {
  return shell?.startsWith('/') && !shell.endsWith('nologin') && !shell.endsWith('/false')
    ? shell
    : '/bin/sh';
}

function signalName(number: number): string {
  return NAMES.get(number) ?? `signal ${number}`;
}

/** signal(7), of the architectures that the native part is built for. */
const NAMES = new Map([
  [1, 'SIGHUP'],
  [2, 'SIGINT'],
  [3, 'SIGQUIT'],
  [6, 'SIGABRT'],
  [9, 'SIGKILL'],
  [11, 'SIGSEGV'],
  [13, 'SIGPIPE'],
  [15, 'SIGTERM'],
]);

function atLeastOne(size: number): number {
  return Math.max(1, Math.floor(size));
}
