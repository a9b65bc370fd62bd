import { sha256 } from '../lib/digest.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { LogLine } from '../protocol/event.ts';
import type { StateStore } from '../protocol/store.ts';

/** The bytes that a run's writes replaced, kept beside its log so that `steward undo` can bring them back. */
export interface Checkpoints {
  /** Name in the state store under which the old bytes are on disk when it resolves; null for a file that was not there. */
  keep(path: string, before: Uint8Array | null): Promise<string | null>;
}

export interface UndoPlan {
  /** Newest first, one for each file. */
  steps: UndoStep[];
  /** Left as they are, and why. */
  refused: { path: string; reason: string }[];
  /** Already as they were before the run. */
  unchanged: string[];
}

export interface UndoStep {
  path: string;
  /** Name of the old bytes in the state store; null: the run made the file, so it is removed. */
  before: string | null;
  /** sha256 of what is in the file now. */
  expects: string | null;
}

/** Named by content: the same bytes are kept once. */
export function createCheckpoints({ store, run }: { store: StateStore; run: string }): Checkpoints {
  const kept = new Set<string>();
  return {
    async keep(_path, before) {
      if (before === null) return null;
      const name = `${keptFolder(run)}/${sha256(before)}`;
      if (!kept.has(name)) await store.write(name, before);
      kept.add(name);
      return name;
    },
  };
}

export function keptFolder(run: string): string {
  return `runs/${run}.files`;
}

/** The whole of outputs that were too long for a model. */
export function spillFolder(run: string): string {
  return `runs/${run}.out`;
}

/**
 * `currentDigestOf` gives the sha256 of a file, null when there is none. A file goes back through the run's own writes only
 * as far as nobody else's write lies between; a write that the log announces but that never happened is passed over.
 * A file that cannot be read is left as it is, and the others still go back.
 */
export async function planUndo(
  lines: readonly Pick<LogLine, 'event'>[],
  currentDigestOf: (path: string) => Promise<string | null>,
): Promise<UndoPlan> {
  const plan: UndoPlan = { steps: [], refused: [], unchanged: [] };
  const writes = lines.flatMap(({ event }) => (event.type === 'file.checkpointed' ? [event] : []));
  const newestFirst = writes.reverse();
  for (const path of new Set(newestFirst.map((write) => write.path))) {
    const own = newestFirst.filter((write) => write.path === path);
    const now = await currentDigestOf(path).catch(asUnknown);
    if (now instanceof OpsError) {
      plan.refused.push({ path, reason: now.message });
      continue;
    }
    const { reached, isStopped } = goBack(own, now);
    if (now === digestOf(own.at(-1)?.before ?? null)) plan.unchanged.push(path);
    else {
      if (reached !== undefined) plan.steps.push({ path, before: reached.before, expects: now });
      if (isStopped) plan.refused.push({ path, reason: describeStop(reached !== undefined) });
    }
  }
  return plan;
}

function asUnknown(error: unknown): OpsError {
  if (error instanceof OpsError && error.reason !== 'state-full') return error;
  throw error;
}

/** The oldest write that can be taken back, and whether an older one cannot. */
function goBack<W extends { before: string | null; after: string | null }>(
  newestFirst: readonly W[],
  now: string | null,
): { reached: W | undefined; isStopped: boolean } {
  let digest = now;
  let reached: W | undefined;
  for (const write of newestFirst) {
    const before = digestOf(write.before);
    if (digest === write.after) {
      reached = write;
      digest = before;
    } else if (digest !== before) return { reached, isStopped: true };
  }
  return { reached, isStopped: false };
}

/** Kept bytes are named by their sha256. */
function digestOf(before: string | null): string | null {
  return before === null ? null : (before.split('/').at(-1) ?? null);
}

function describeStop(isPartial: boolean): string {
  return isPartial
    ? 'somebody else changed it between two writes of this run: it goes back to what they left'
    : 'it was changed after this run wrote it';
}
