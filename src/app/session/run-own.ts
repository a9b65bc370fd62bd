import { startInPty } from '../../host/index.ts';
import { createCapture } from '../../lib/cap.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { OwnCommand } from '../client.ts';
import type { OwnLog } from './own-log.ts';
import type { Session } from './session.ts';
import { terminalText } from './terminal-text.ts';

/** Of its output, for the model: head and tail. */
const TOLD_BYTES = 16 * 1024;
/** A screen is told no more often; it would not show more. */
const TELL_MS = 30;
/** Then the command waits for the screen. */
const MOST_WAITING = 1024 * 1024;

/**
 * The operator's own act: never refused, judged by nobody, in their own shell and environment. It is in the log before
 * it starts, and with its end. What it prints goes to their terminal as it is; what is kept for the model is masked.
 */
export function runOwn(
  session: Session,
  log: OwnLog,
  line: string,
  options: { isTold: boolean; columns: number; rows: number },
): OwnCommand {
  const { env, cwd } = session.options;
  const capture = createCapture(TOLD_BYTES);
  const listeners = new Set<(text: string) => void>();
  const size = { columns: options.columns, rows: options.rows };
  let typedEarly = '';
  let isStopped = false;
  let pty: Awaited<ReturnType<typeof startInPty>> | null = null;

  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  let isPaused = false;
  const tell = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const text = waiting;
    waiting = '';
    if (text !== '') for (const listener of listeners) listener(text);
    if (isPaused) pty?.resume();
    isPaused = false;
  };
  const take = (text: string): void => {
    capture.push(Buffer.from(text));
    waiting += text;
    timer ??= setTimeout(tell, TELL_MS);
    if (waiting.length <= MOST_WAITING || isPaused) return;
    isPaused = true;
    pty?.pause();
  };

  async function work(): Promise<{ exitCode: number | null; signal: string | null; durationMs: number }> {
    const world = await session.world();
    const id = await log.nextOwn();
    const keep = (...events: Parameters<OwnLog['record']>): Promise<void> =>
      // A log that is full is no reason to keep operators from their machine.
      log.record(...events).catch((error: unknown) => {
        if (!(error instanceof OpsError)) throw error;
        session.trouble(error);
      });
    await keep({ type: 'operator.began', id, command: line, cwd, isTold: options.isTold });
    const startedMs = world.clock.elapsed();
    try {
      if (isStopped) return await end({ exitCode: null, signal: 'SIGTERM' });
      pty = await startInPty({ line, cwd, env, ...size });
      pty.onOutput(take);
      if (typedEarly !== '') pty.write(typedEarly);
      if (isStopped) pty.stop();
      return await end(await pty.ended);
    } catch (error) {
      const text = error instanceof OpsError ? error.message : 'it could not be started';
      take(text);
      await end({ exitCode: null, signal: null });
      throw error;
    }

    async function end(how: { exitCode: number | null; signal: string | null }) {
      tell();
      const durationMs = Math.round(world.clock.elapsed() - startedMs);
      const { text, totalBytes } = capture.finish();
      const output = options.isTold ? world.masker.mask(terminalText(text)) : null;
      await keep({ type: 'operator.ended', id, ...how, durationMs, outputBytes: totalBytes, output });
      return { ...how, durationMs };
    }
  }

  const ended = work();
  // Whoever does not wait for the end has still been told of it by the log.
  ended.catch(() => {});
  return {
    onOutput: (listener) => void listeners.add(listener),
    write(keys) {
      if (pty === null) typedEarly += keys;
      else pty.write(keys);
    },
    resize(columns, rows) {
      Object.assign(size, { columns, rows });
      pty?.resize(columns, rows);
    },
    stop() {
      isStopped = true;
      pty?.stop();
    },
    ended,
  };
}

/** The operator's own commands of a session. None of them outlives it: its end is in the log before the session ends. */
export interface OwnCommands {
  run(line: string, options: { isTold: boolean; columns: number; rows: number }): OwnCommand;
  stopAll(): Promise<void>;
}

export function createOwnCommands(session: Session, log: OwnLog): OwnCommands {
  const running = new Set<OwnCommand>();
  return {
    run(line, options) {
      const command = runOwn(session, log, line, options);
      running.add(command);
      const forget = (): void => void running.delete(command);
      command.ended.then(forget, forget);
      return command;
    },
    async stopAll() {
      const all = [...running];
      for (const command of all) command.stop();
      await Promise.allSettled(all.map(({ ended }) => ended));
    },
  };
}
