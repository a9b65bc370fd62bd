import { OpsError } from '../lib/ops-error.ts';
import type { StandardInput, Streams } from './streams.ts';

/** What a pipe gets to show that something is coming, when there is a prompt already. */
const FIRST_BYTE_MS = 500;
/** After this we say that we wait for a prompt: somebody may have meant to give one otherwise. */
const SAY_SO_MS = 2_000;
/** What a pipe gets when a run is resumed, which needs no prompt but may get one. */
const RESUME_FIRST_BYTE_MS = 3_000;
/** What it then gets between two pieces. */
const IDLE_MS = 10_000;
const LIMIT_BYTES = 10 * 1024 * 1024;

export interface PromptInput {
  prompt: string;
  /** What came through stdin beside a prompt: data to work on. */
  attachment: string | null;
}

/**
 * The prompt from the arguments, stdin or both. Null when there is neither. A pipe that stays open and silent (an
 * inherited descriptor of a webhook server or a supervisor) is not waited for when a prompt was given.
 */
export async function readPrompt(
  positionals: readonly string[],
  streams: Streams,
  isResume: boolean,
): Promise<PromptInput | null> {
  const { stdin } = streams;
  const given = positionals.join(' ').trim();
  if (given === '' || given === '-') {
    if (stdin.kind === 'terminal' && given === '') return null;
    const patience = isResume && given === '' && stdin.kind === 'pipe' ? RESUME_FIRST_BYTE_MS : null;
    const text = await readAll(stdin, patience, streams);
    return text.trim() === '' ? null : { prompt: text.trim(), attachment: null };
  }
  if (stdin.kind !== 'file' && stdin.kind !== 'pipe') return { prompt: given, attachment: null };
  const text = await readAll(stdin, stdin.kind === 'pipe' ? FIRST_BYTE_MS : null, streams);
  return { prompt: given, attachment: text.trim() === '' ? null : text };
}

async function readAll(stdin: StandardInput, firstByteMs: number | null, streams: Streams): Promise<string> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const iterator = stdin.chunks()[Symbol.asyncIterator]();
  const waiting =
    firstByteMs === null && stdin.kind === 'pipe'
      ? setTimeout(() => void streams.err('steward: waiting for the prompt through stdin\n'), SAY_SO_MS)
      : undefined;
  try {
    for (;;) {
      const patience = firstByteMs === null ? null : parts.length === 0 ? firstByteMs : IDLE_MS;
      const next = await within(iterator.next(), patience);
      if (next === 'late') {
        const what = parts.length === 0 ? 'nothing came' : 'nothing more came';
        await streams.err(`steward: ${what} through stdin for ${patience} ms; going on without it\n`);
        break;
      }
      clearTimeout(waiting);
      if (next.done === true) break;
      parts.push(next.value);
      sizeBytes += next.value.length;
      if (sizeBytes > LIMIT_BYTES) {
        throw new OpsError('input-too-large', 'input', 'stdin holds more than 10 MiB', {
          hint: 'put it into a file and name the file in the prompt',
        });
      }
    }
  } catch (error) {
    if (error instanceof OpsError) throw error;
    throw new OpsError('stdin', 'input', `stdin cannot be read: ${String(error)}`, { cause: error });
  } finally {
    clearTimeout(waiting);
    stdin.close();
  }
  return Buffer.concat(parts).toString('utf8');
}

async function within<T>(promise: Promise<T>, ms: number | null): Promise<T | 'late'> {
  if (ms === null) return promise;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, ms, 'late');
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
