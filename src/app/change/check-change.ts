import { awaitExpectation, checkFiles, planChange } from '../../changes/index.ts';
import { capText } from '../../lib/cap.ts';
import type { Change, PlannedChange } from '../../protocol/change.ts';
import { createRecorder } from '../run/recorder.ts';
import type { World } from '../world.ts';
import { openBench } from './change-ports.ts';

export interface CheckedChange {
  /** Nothing that could be checked stands against it. */
  ok: boolean;
  problems: { field: string; message: string }[];
  planned: Pick<
    PlannedChange,
    'id' | 'digest' | 'effect' | 'steps' | 'undo' | 'doubts' | 'preconditions'
  > | null;
  /** Checked by the program that will read it, or by how it is written; `ok` is null where nobody could look. */
  files: { path: string; by: string; ok: boolean | null; detail: string }[];
  preflight: { text: string; ok: boolean; detail: string }[];
  /** Both texts cut where they are long; `size` is of the whole, null for a file that is not there. */
  diffs: {
    path: string;
    before: string | null;
    after: string;
    size: { before: TextSize | null; after: TextSize | null };
  }[];
}

export interface TextSize {
  lines: number;
  bytes: number;
}

/** Of each side of a diff. Nobody reads more, and whoever wants it has the files. */
const MOST_DIFF_BYTES = 128 * 1024;

/** `steward change check`: the static check, the preflight and what would be done. Changes nothing, keeps nothing. */
export async function checkChange(world: World, change: Change, signal: AbortSignal): Promise<CheckedChange> {
  const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
  const run = `check-${crypto.randomUUID()}`;
  const { ports, clear } = await openBench(world, { run, change: 'X1', recorder, isLogged: false, signal });
  try {
    const made = await planChange(change, { id: 'X1', invariants: [] }, ports);
    if ('problems' in made) {
      const problems = made.problems.map(({ field, message }) => ({ field, message: ports.mask(message) }));
      return { ok: false, problems, planned: null, files: [], preflight: [], diffs: [] };
    }
    const { planned, work } = made.plan;
    const files: CheckedChange['files'] = [];
    const preflight: CheckedChange['preflight'] = [];
    for (const [index, target] of work.entries()) {
      const checks = await checkFiles(`X1.${index + 1}`, target.files, target.name, ports);
      files.push(...checks.map((check) => ({ ...check, detail: ports.mask(check.detail) })));
      for (const [number, expectation] of target.preflight.entries()) {
        const seen = await awaitExpectation(`X1.${index + 1}.preflight${number + 1}`, expectation, ports);
        const text = ports.mask(JSON.stringify(expectation.what));
        preflight.push({ text, ok: seen.ok, detail: ports.mask(seen.detail) });
      }
    }
    const { id, digest, effect, steps, undo, doubts, preconditions } = planned;
    return {
      ok: files.every(({ ok }) => ok !== false) && preflight.every(({ ok }) => ok),
      problems: [],
      planned: { id, digest, effect, steps, undo, doubts, preconditions },
      files,
      preflight,
      diffs: work.flatMap((target) =>
        target.files.map(({ path, before, after }) => ({
          path,
          before: before === null ? null : capText(ports.mask(before), MOST_DIFF_BYTES).text,
          after: capText(ports.mask(after), MOST_DIFF_BYTES).text,
          size: { before: sizeOf(before), after: sizeOf(after) },
        })),
      ),
    };
  } finally {
    await clear();
  }
}

function sizeOf(text: string | null): TextSize | null {
  if (text === null) return null;
  const lines = text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
  return { lines, bytes: Buffer.byteLength(text) };
}
