import type { ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Command, Exit, Started } from './command.ts';
import { endStrays } from './process-group.ts';
import { endingOf } from './shell-status.ts';

/**
 * A small shell that starts commands for us, one at a time: to fork it takes a fraction of what it takes to fork all of
 * Node's memory. For what only observes: when nobody knows whether it was started, it is started again.
 */
export interface ResidentStarter {
  /** null: it is not there, or has something else to do. The promise gives null when it could not do it after all. */
  start(command: Command, isMerged: boolean): Promise<Started | null> | null;
  /** Gets it going for the next command, unless it is there. Costs as much as starting a program. */
  prepare(): Promise<void>;
}

/**
 * Reads words that end in NUL. Output goes to two pipes of its own making, which we hold open for reading, and it does
 * not: when we are killed, what still writes is told so. It ends with its input, or when it was idle for so many seconds.
 * Of a program that was stopped and killed it says the stop first, and the end when it is asked again.
 */
const SCRIPT = `
((BASH_VERSINFO[0] >= 5)) || exit
set -m
export -n PWD SHLVL OLDPWD
exec 2>/dev/null 4< <(:) 5< <(:)
echo ready >&3
IFS= read -r -d '' out && IFS= read -r -d '' err || exit
exec 4<&- 5<&-
while IFS= read -r -t "$1" -d '' count && IFS= read -r -d '' merged; do
  IFS= read -r -d '' mark && IFS= read -r -d '' folder || exit
  words=()
  for ((; count > 0; count--)); do IFS= read -r -d '' word || exit; words+=("$word"); done
  cd -P -- "$folder" || exit
  exec 4>"$out" || exit
  if ((merged)); then exec 5>&4; else exec 5>"$err" || exit; fi
  STEWARD_CALL=$mark "\${words[@]}" </dev/null >&4 2>&5 3>&- 4>&- 5>&- &
  exec 4>&- 5>&-
  cd /
  echo "group $!" >&3
  wait -f $! || wait -f $!
  echo "ended $?" >&3
done`;
const REPORT_FD = 3;
const PIPE_FDS = [4, 5] as const;
const READ = constants.O_RDONLY | constants.O_NONBLOCK;

const IDLE_SECONDS = 60;
/** By then it has said that the command was started, or never will. */
const REPORT_MS = 2_000;
/** It takes a system call to read each of them. */
const MOST_BYTES = 4096;

interface Shell {
  child: ChildProcess;
  /** The pipes of its commands, as we hold them. */
  pipes: number[];
  isReady: boolean;
  hasWorked: boolean;
  job: Job | null;
}

interface Job {
  started(group: number): void;
  ended(status: number): void;
  /** The shell is gone, and with it whoever knew how it ended. */
  lost(): void;
}

/** `bash` is a path; all commands get `env`, with their mark. */
export function createResidentStarter(bash: string, env: Record<string, string>): ResidentStarter {
  let shell: Shell | null = null;
  /** It could not do it once: an old bash, no way to the pipes; or nothing came for so long that it ended. */
  let isUnfit = false;

  function retire(one: Shell): void {
    if (shell === one) shell = null;
    for (const fd of one.pipes.splice(0)) closeSync(fd);
    one.child.kill('SIGKILL');
    one.job?.lost();
    one.job = null;
  }

  function launch(start: typeof spawn): Shell {
    const words = ['--noprofile', '--norc', '-c', SCRIPT, 'bash', String(IDLE_SECONDS)];
    const stdio = ['pipe', 'ignore', 'ignore', 'pipe'] as const;
    const child = start(bash, words, { cwd: '/', env, detached: true, stdio: [...stdio] });
    const one: Shell = { child, pipes: [], isReady: false, hasWorked: false, job: null };
    for (const stream of [child.stdin, reportOf(child)]) {
      stream?.on('error', () => {});
      // What is only at hand keeps nobody from ending.
      (stream as Socket | null)?.unref();
    }
    child.unref();
    child.once('error', () => retire(one));
    child.once('close', () => {
      if (!one.hasWorked) isUnfit = true;
      retire(one);
    });
    onLines(reportOf(child), (line) => hear(one, line));
    return one;
  }

  function hear(one: Shell, line: string): void {
    const [what, value] = line.split(' ');
    if (what === 'group') one.job?.started(Number(value));
    else if (what === 'ended') one.job?.ended(Number(value));
    else if (what === 'ready' && shell === one) takePipes(one);
  }

  function takePipes(one: Shell): void {
    try {
      for (const fd of PIPE_FDS) one.pipes.push(openSync(`/proc/${one.child.pid}/fd/${fd}`, READ));
    } catch {
      // Another user's, or a /proc that does not show it.
      isUnfit = true;
      retire(one);
      return;
    }
    one.isReady = true;
    send(
      one,
      one.pipes.map((fd) => `/proc/${process.pid}/fd/${fd}`),
    );
  }

  return {
    start(command, isMerged) {
      const one = shell;
      const { argv, mark, cwd } = command;
      const words = [String(argv.length), isMerged ? '1' : '0', mark, cwd, ...argv];
      if (one?.isReady !== true || one.job !== null || !words.every(isPlain)) return null;
      if (words.reduce((sum, word) => sum + Buffer.byteLength(word), 0) > MOST_BYTES) return null;
      return new Promise((resolve) => {
        const report = reportOf(one.child) as Socket;
        report.ref();
        const giveUp = () => {
          clearTimeout(timer);
          void endStrays(`STEWARD_CALL=${mark}`).then(() => resolve(null));
        };
        const timer = setTimeout(() => retire(one), REPORT_MS);
        one.job = {
          started(group) {
            const started = follow(one, group, isMerged, report);
            if (started === null) {
              retire(one);
              return;
            }
            clearTimeout(timer);
            one.hasWorked = true;
            resolve(started);
          },
          ended: () => retire(one),
          lost: giveUp,
        };
        send(one, words);
      });
    },
    async prepare() {
      if (shell !== null || isUnfit) return;
      const { spawn: start } = await import('node:child_process');
      shell ??= launch(start);
    },
  };

  function follow(one: Shell, group: number, isMerged: boolean, report: Socket): Started | null {
    const streams = openReaders(one.pipes.slice(0, isMerged ? 1 : 2));
    if (streams === null) return null;
    const [stdout = null, stderr = null] = streams;
    const exit = Promise.withResolvers<Exit>();
    one.job = {
      started: () => {},
      ended: (status) => exit.resolve(endingOf(status)),
      lost: () => exit.resolve({ exitCode: null, signal: 'SIGKILL', startError: null }),
    };
    const ends = streams.map(
      (stream) => new Promise<void>((resolve) => stream.once('close', () => resolve())),
    );
    const closed = Promise.all([exit.promise, ...ends]).then(() => {
      report.unref();
      one.job = null;
      // Somebody may still write to a pipe that was not read to its end: it is of no use for another command.
      if (streams.some((stream) => !stream.readableEnded)) retire(one);
    });
    return { pid: group, stdout, stderr, exited: exit.promise, closed };
  }
}

/** Some bytes mean something to bash itself, inside. */
function isPlain(word: string): boolean {
  return !/[\0-\x08\x0b-\x1f\x7f]/.test(word);
}

function reportOf(child: ChildProcess): Readable | null {
  return (child.stdio[REPORT_FD] ?? null) as Readable | null;
}

function onLines(stream: Readable | null, take: (line: string) => void): void {
  let rest = '';
  stream?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

function send({ child }: Shell, words: readonly string[]): void {
  child.stdin?.write(words.map((word) => `${word}\0`).join(''));
}

/** Readers of their own for each command, which end when nobody writes any more; null when we have too many files open. */
function openReaders(pipes: readonly number[]): Socket[] | null {
  const files: number[] = [];
  try {
    for (const pipe of pipes) files.push(openSync(`/proc/self/fd/${pipe}`, READ));
  } catch {
    for (const fd of files) closeSync(fd);
    return null;
  }
  return files.map((fd) => new Socket({ fd, readable: true, writable: false }));
}
