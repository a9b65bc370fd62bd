import { connectLocalSocket, isLocalSocket } from '../../host/index.ts';
import { plainJson } from '../../lib/json-line.ts';
import {
  EXECUTOR_SOCKET,
  EXECUTOR_VERSION,
  type ExecutorAnswer,
  type ExecutorDone,
  type ExecutorRequest,
} from '../../protocol/executor.ts';
import type { World } from '../world.ts';

/** The last answer. `lost`: the connection ended, or no sense could be made of it, before there was one. */
export type ExecutorEnd =
  | ExecutorDone
  | Extract<ExecutorAnswer, { say: 'working' | 'refused' }>
  | { say: 'lost'; why: string };

const CONNECT_WITHIN_MS = 5_000;
const LINE_LIMIT_BYTES = 16 * 1024 * 1024;
/** One step of a change may take ten minutes, and says nothing meanwhile. */
const LINE_WITHIN_MS = 15 * 60_000;

/**
 * The socket of the executor that this steward would ask; null for none: settings say never, root needs nobody, and where
 * somebody sits at the terminal their own sudo is the way, unless settings name a socket.
 */
export function executorOf(world: World, { isAttended }: { isAttended: boolean }): string | null {
  const { executor } = world.settings;
  if (executor === 'never') return null;
  if (executor !== 'auto') return executor;
  if (isAttended || process.getuid?.() === 0) return null;
  return isLocalSocket(EXECUTOR_SOCKET) ? EXECUTOR_SOCKET : null;
}

/** Where approvals are listed and answered: also at a terminal, and also by root. */
export function executorToAnswer({ settings: { executor } }: Pick<World, 'settings'>): string | null {
  if (executor === 'never') return null;
  const socket = executor === 'auto' ? EXECUTOR_SOCKET : executor;
  return isLocalSocket(socket) ? socket : null;
}

/** One request. OpsError `sandbox` when nobody can be reached; everything after that is an answer or `lost`. */
export async function askExecutor(
  path: string,
  request: ExecutorRequest,
  {
    onAnswer = () => {},
    signal,
  }: { onAnswer?: (answer: ExecutorAnswer) => void; signal?: AbortSignal | undefined } = {},
): Promise<ExecutorEnd> {
  const socket = await connectLocalSocket(path, CONNECT_WITHIN_MS);
  const leave = (): void => socket.destroy();
  signal?.addEventListener('abort', leave);
  if (signal?.aborted === true) leave();
  try {
    const { parseAnswer } = await import('../../protocol/schemas/executor.ts');
    socket.send(plainJson({ v: EXECUTOR_VERSION, ...request }));
    for (;;) {
      const line = await nextLine(socket);
      if (line === null) return { say: 'lost', why: 'the connection to the executor ended' };
      const answer = parseAnswer(parseJson(line));
      if (answer === null) return { say: 'lost', why: 'the executor answered something else' };
      if (answer.say === 'done' || answer.say === 'refused' || answer.say === 'working') return answer;
      onAnswer(answer);
    }
  } finally {
    signal?.removeEventListener('abort', leave);
    socket.destroy();
  }
}

/** null for the end, and for a line that is none. */
async function nextLine(socket: Awaited<ReturnType<typeof connectLocalSocket>>): Promise<string | null> {
  try {
    return await socket.readLine({ limitBytes: LINE_LIMIT_BYTES, withinMs: LINE_WITHIN_MS });
  } catch {
    // Too long, too late, not text: what comes after it cannot be trusted to be in step.
    return null;
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
