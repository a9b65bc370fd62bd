import { sha256 } from '../lib/digest.ts';
import { OpsError } from '../lib/ops-error.ts';
import { showDiff } from '../lib/show-diff.ts';
import type { ToolContext, ToolOutput } from '../protocol/tool.ts';
import { failure, refusal } from './outputs.ts';
import { isBinary, LARGEST_EDIT_BYTES } from './paths.ts';
import type { SeenFiles } from './seen-files.ts';

const MOST_DIFF_LINES = 40;
/** A person who is asked reads all that one can read. */
const MOST_ASKED_LINES = 1_000;

export type Current = { ok: true; bytes: Uint8Array; text: string } | { ok: false; output: ToolOutput };

/** The bytes of a file that the model has seen as they are now, or why it may not change them. */
export async function readSeen(
  path: string,
  sizeBytes: number,
  seen: SeenFiles,
  context: ToolContext,
): Promise<Current> {
  const no = (text: string): Current => ({ ok: false, output: failure(text) });
  if (sizeBytes > LARGEST_EDIT_BYTES)
    return no(`${path} is too large to be changed here (${sizeBytes} bytes).`);
  const known = seen.digestOf(path);
  if (known === undefined) return no(`${path} has not been read in this run. Read it first, then change it.`);
  const read = await readBytes(`${context.callId}.before`, path, context);
  if (!read.ok) return read;
  if (sha256(read.bytes) !== known) {
    return no(`${path} has changed since you read it. Read it again, then decide anew.`);
  }
  if (isBinary(read.bytes)) return no(`${path} is not text.`);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(read.bytes);
    return { ok: true, bytes: read.bytes, text };
  } catch {
    return no(`${path} is not UTF-8; writing it back would destroy other bytes in it.`);
  }
}

/**
 * Writes `content` through the gate, after the old bytes are kept, and reads it back: the answer says what is in the
 * file now, not what was meant to be.
 */
export async function changeFile(
  change: { path: string; before: Uint8Array | null; beforeText: string; content: string; done: string },
  seen: SeenFiles,
  context: ToolContext,
): Promise<ToolOutput> {
  const { path, before, content } = change;
  const after = sha256(content);
  const expects = before === null ? null : sha256(before);
  const admission = await context.gate.perform(
    {
      id: context.callId,
      origin: 'tool',
      action: { kind: 'write', path, content, expects },
      diff: showDiff(change.beforeText, content, MOST_ASKED_LINES),
    },
    async (permit) => {
      const problem = await attempt(async () => {
        await context.checkpoint({ step: context.callId, path, before, after });
        await context.files.write(permit);
      });
      const summary = problem?.message ?? `${Buffer.byteLength(content)} bytes`;
      return { value: problem, trace: { ok: problem === null, summary } };
    },
  );
  if (admission.kind === 'refused') return refusal(admission.judgement, admission.reason, INSTEAD);
  if (admission.value !== null) return failure(`${path} was not written: ${admission.value.message}`);
  const back = await readBytes(`${context.callId}.after`, path, context);
  if (!back.ok) return failure(`${path} was written, but could not be read back: ${back.output.text}`);
  if (sha256(back.bytes) !== after) {
    return failure(
      `${path} was written, but holds other bytes now: something else changes it too. Read it again.`,
    );
  }
  seen.remember(path, after);
  const diff = showDiff(change.beforeText, content, MOST_DIFF_LINES);
  if (diff === '') return { ok: true, text: change.done, isOwnWords: true };
  return { ok: true, text: diff, isOwnWords: false, note: change.done };
}

const INSTEAD = 'Do not try another way to write it.';

/** What a text must not hold to be written: a mask would take the place of the secret it stands for. */
export function refuseMask(field: string): ToolOutput {
  return failure(
    `${field} holds a mask, which stands for a secret that you cannot see. Leave that part of the file out of the change; nothing was written.`,
  );
}

type Bytes = { ok: true; bytes: Uint8Array } | { ok: false; output: ToolOutput };

async function readBytes(step: string, path: string, context: ToolContext): Promise<Bytes> {
  const admission = await context.gate.perform(
    { id: step, origin: 'tool', action: { kind: 'read', path } },
    async (permit) => {
      let bytes = new Uint8Array();
      const problem = await attempt(async () => {
        bytes = Uint8Array.from(await context.files.read(permit, { limitBytes: LARGEST_EDIT_BYTES }));
      });
      const summary = problem?.message ?? `${bytes.length} bytes`;
      return { value: { bytes, problem }, trace: { ok: problem === null, summary } };
    },
  );
  if (admission.kind === 'refused') {
    return { ok: false, output: refusal(admission.judgement, admission.reason, '') };
  }
  const { bytes, problem } = admission.value;
  return problem === null ? { ok: true, bytes } : { ok: false, output: failure(problem.message) };
}

/** null when it worked. */
async function attempt(work: () => Promise<void>): Promise<OpsError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof OpsError) return error;
    throw error;
  }
}
