import { capText } from '../../src/lib/cap.ts';
import type { Action } from '../../src/protocol/action.ts';
import { describeAction } from '../../src/protocol/action.ts';
import type { Clock, Processes, ProcessOptions, ProcessResult } from '../../src/protocol/machine.ts';
import { Permit } from '../../src/protocol/permit.ts';
import type { StateStore } from '../../src/protocol/store.ts';

/** What a scripted program does. Absent fields: nothing printed, exit 0, no time passes. */
export interface FakeOutput {
  stdout?: string;
  stderr?: string;
  exitCode?: number;
  startError?: string;
  /** Past `timeoutMs` it is a timeout; the clock, when one was given, moves. */
  takesMs?: number;
  /** Runs until it is aborted or times out. */
  hangs?: boolean;
}

/** By command line as `describeAction` prints it, or computed. No answer: the program is not installed. */
export type FakeScript =
  | Record<string, FakeOutput>
  | ((command: string, options: ProcessOptions) => FakeOutput | undefined | Promise<FakeOutput | undefined>);

export interface FakeProcesses extends Processes {
  /** Command lines in the order in which they ran. */
  readonly ran: string[];
}

export function createFakeProcesses(
  script: FakeScript,
  options: { programs?: readonly string[]; store?: StateStore; clock?: Clock } = {},
): FakeProcesses {
  const ran: string[] = [];
  const answer = typeof script === 'function' ? script : (command: string) => script[command];

  const fake: FakeProcesses = {
    ran,
    find(program) {
      if (program.startsWith('/')) return program;
      if (options.programs !== undefined) {
        return options.programs.includes(program) ? `/usr/bin/${program}` : undefined;
      }
      if (typeof script === 'function') return `/usr/bin/${program}`;
      return Object.keys(script).some((command) => command.split(' ')[0] === program)
        ? `/usr/bin/${program}`
        : undefined;
    },
    async run(permit, runOptions) {
      const command = describeAction(spendCommand(permit));
      ran.push(command);
      const output = (await answer(command, runOptions)) ?? { startError: 'ENOENT' };
      if (output.startError !== undefined) return result({ exitCode: null, startError: output.startError });
      if (runOptions.signal?.aborted === true)
        return result({ exitCode: null, aborted: true, signal: 'SIGTERM' });
      if (output.hangs === true && runOptions.signal !== undefined) {
        await until(runOptions.signal, runOptions.timeoutMs);
        const aborted = runOptions.signal.aborted;
        return result({ exitCode: null, signal: 'SIGTERM', aborted, timedOut: !aborted });
      }
      const takesMs = output.hangs === true ? Number.POSITIVE_INFINITY : (output.takesMs ?? 0);
      const timedOut = takesMs > runOptions.timeoutMs;
      const durationMs = Math.min(takesMs, runOptions.timeoutMs);
      if (durationMs > 0) await options.clock?.sleep(durationMs, runOptions.signal);
      const stdout = output.stdout ?? '';
      const stderr = output.stderr ?? '';
      const first = runOptions.merge === true ? stdout + stderr : stdout;
      const second = runOptions.merge === true ? '' : stderr;
      const captured = {
        stdout: capText(first, runOptions.limitBytes),
        stderr: capText(second, runOptions.limitBytes),
      };
      let whole: string | null = null;
      if (runOptions.spill !== undefined && (captured.stdout.isTruncated || captured.stderr.isTruncated)) {
        whole = runOptions.spill;
        await options.store?.write(whole, first + second);
      }
      return result({
        exitCode: timedOut ? null : (output.exitCode ?? 0),
        signal: timedOut ? 'SIGTERM' : null,
        timedOut,
        durationMs,
        ...captured,
        whole,
      });
    },
    together: () => ({ run: fake.run, excuse() {} }),
  };
  return fake;
}

function spendCommand(permit: Permit): Action {
  const kind = Permit.kindOf(permit);
  return Permit.spend(permit, kind === 'shell' ? 'shell' : 'process');
}

function result(part: Partial<ProcessResult>): ProcessResult {
  const nothing = { text: '', totalBytes: 0, isTruncated: false };
  return {
    exitCode: 0,
    signal: null,
    timedOut: false,
    aborted: false,
    startError: null,
    durationMs: 0,
    stdout: nothing,
    stderr: nothing,
    whole: null,
    ...part,
  };
}

function until(signal: AbortSignal, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
