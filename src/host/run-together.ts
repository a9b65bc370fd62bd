import type { ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, constants as open, openSync, readSync, statfsSync, unlinkSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { createCapture } from '../lib/cap.ts';
import type { Captured, ProcessOptions, ProcessResult } from '../protocol/machine.ts';
import { monotonicMs } from './monotonic.ts';
import { endGroup, endStrays, terminateGroup } from './process-group.ts';
import { type Command, hasNoPipes } from './run-process.ts';
import { endingOf } from './shell-status.ts';
import { errorCode } from './state-errors.ts';

/** One program of several, and who waits for it. */
export interface Start {
  command: Command;
  options: ProcessOptions;
  resolve(result: ProcessResult): void;
  reject(error: unknown): void;
}

/**
 * Starts what it is given (how many words, mark, size limit in KiB, words; again and again) in a process group each, with
 * its two files as output and no other descriptor of ours, and says which group it is and how it ended. The shell that
 * leads a group outlives TERM, to say what became of the program.
 */
const STARTER = `
set -m
export -n PWD SHLVL OLDPWD
exec 2>/dev/null
closing=; for ((fd = 3; fd < 4 + 2 * $1; fd++)); do closing+=" $fd>&-"; done
shift
index=0
while (($#)); do
  (
    trap : TERM
    export STEWARD_CALL=$2
    ulimit -f "$3"
    words=$1 out=$((4 + 2 * index)) err=$((5 + 2 * index))
    shift 3
    set -- "\${@:1:words}"
    eval '"$@" >&'$out' 2>&'$err"$closing"
    echo "ended $index $?" >&3
  ) &
  echo "group $index $!" >&3
  index=$((index + 1))
  shift $((3 + $1))
done
wait`;
const REPORT_FD = 3;

/** statfs(2): TMPFS_MAGIC. Output is kept in memory: a full disk is what some of these programs are to tell of. */
const TMPFS = 0x01021994;
const FOLDER = '/dev/shm';
/** A program that writes this many times its limit is ended by the kernel (SIGXFSZ). */
const ROOM = 8;
const LEAST_ROOM_KIB = 1024;
const CHUNK_BYTES = 64 * 1024;

/** Can these be started with one another? What is kept whole, fed, followed or confined is started by itself. */
export function fitsTogether({ command, options }: Pick<Start, 'command' | 'options'>): boolean {
  const { merge, spill, stdin, onBytes } = options;
  const isPlain = merge !== true && spill === undefined && stdin === undefined && onBytes === undefined;
  return isPlain && command.sandbox.length === 0;
}

/** All in one folder with one environment. False: nothing was started, and each must be by itself. */
export function runTogether(start: typeof spawn, bash: string, starts: readonly Start[]): boolean {
  const [first] = starts;
  const files = first === undefined ? null : openFiles(starts.length * 2);
  if (first === undefined || files === null) return false;
  const words = starts.flatMap(({ command: { argv, mark }, options }) => {
    return [String(argv.length), mark, String(roomKib(options)), ...argv];
  });
  let child: ChildProcess;
  try {
    child = start(bash, ['--noprofile', '--norc', '-c', STARTER, 'bash', String(starts.length), ...words], {
      cwd: first.command.cwd,
      env: first.command.env,
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', ...files],
    });
  } catch (error) {
    closeAll(files);
    if (errorCode(error) === undefined) throw error;
    return false;
  }
  if (hasNoPipes(child)) {
    closeAll(files);
    return false;
  }
  const followed = starts.map((one, index) => follow(one, files.slice(2 * index, 2 * index + 2)));
  listen(child, followed);
  return true;
}

/** What is heard of one program while it runs. */
interface Followed {
  group(id: number): void;
  ended(status: number): void;
  /** Nobody can say any more how it ended. */
  lost(startError: string | null): void;
}

function listen(child: ChildProcess, followed: readonly Followed[]): void {
  let rest = '';
  const report = child.stdio[REPORT_FD] as Readable;
  report.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [what, index, value] = line.split(' ');
      const one = followed[Number(index)];
      if (what === 'group') one?.group(Number(value));
      else one?.ended(Number(value));
    }
  });
  report.on('error', () => {});
  child.once('error', (error) => {
    for (const one of followed) one.lost(errorCode(error) ?? error.message);
  });
  child.once('close', () => {
    for (const one of followed) one.lost(null);
  });
}

type Ending = Pick<ProcessResult, 'exitCode' | 'signal' | 'startError'>;

function follow({ command, options, resolve, reject }: Start, files: readonly number[]): Followed {
  const started = monotonicMs();
  let group: number | undefined;
  let forced: 'timedOut' | 'aborted' | null = null;
  let isOver = false;
  let stopKilling: (() => void) | undefined;

  const finish = (ending: Ending): void => {
    if (isOver) return;
    isOver = true;
    windUp(ending).then(resolve, reject);
  };
  const windUp = async (ending: Ending): Promise<ProcessResult> => {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
    stopKilling?.();
    if (group !== undefined) await endGroup(group);
    if (forced !== null) await endStrays(`STEWARD_CALL=${command.mark}`);
    const [stdout, stderr] = files.map((file) => readBack(file, options.limitBytes));
    closeAll(files);
    if (stdout === undefined || stderr === undefined) throw new Error('two files were opened for each');
    const timedOut = forced === 'timedOut';
    const aborted = forced === 'aborted';
    const durationMs = monotonicMs() - started;
    return { ...ending, timedOut, aborted, durationMs, stdout, stderr, whole: null };
  };
  const terminate = () => {
    if (group === undefined || forced === null || isOver) return;
    // Its shell is killed with it, and can say nothing any more.
    stopKilling ??= terminateGroup(group, () => finish(endingOf(128 + constants.signals.SIGKILL)));
  };
  const force = (why: 'timedOut' | 'aborted') => {
    forced ??= why;
    terminate();
  };
  const timer = setTimeout(() => force('timedOut'), options.timeoutMs);
  const abort = () => force('aborted');
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted === true) abort();

  return {
    group(id) {
      group = id;
      terminate();
    },
    ended: (status) => finish(endingOf(status)),
    lost: (startError) =>
      finish({ exitCode: null, signal: startError === null ? 'SIGKILL' : null, startError }),
  };
}

function roomKib({ limitBytes }: ProcessOptions): number {
  return Math.max(Math.ceil((limitBytes * ROOM) / 1024), LEAST_ROOM_KIB);
}

/** Files without a name, in memory, that nobody else can open: nothing of them is left, however we end. */
function openFiles(count: number): number[] | null {
  const files: number[] = [];
  try {
    if (statfsSync(FOLDER).type !== TMPFS) return null;
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = open;
    for (let index = 0; index < count; index++) {
      const path = `${FOLDER}/steward-${process.pid}-${monotonicMs()}-${index}`;
      files.push(openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
      unlinkSync(path);
    }
    return files;
  } catch {
    // No such folder, or no room in it.
    closeAll(files);
    return null;
  }
}

function closeAll(files: readonly number[]): void {
  for (const file of files) closeSync(file);
}

function readBack(file: number, limitBytes: number): Captured {
  const capture = createCapture(limitBytes);
  const { size } = fstatSync(file);
  for (let at = 0; at < size; ) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, size - at));
    const count = readSync(file, chunk, 0, chunk.length, at);
    if (count === 0) break;
    capture.push(chunk.subarray(0, count));
    at += count;
  }
  return capture.finish();
}
