import type { Buffer } from './buffer.ts';

/** Texts before and after what was done, nearest last. `group`: what the newest step was, to which the next may be added. */
export interface Undo {
  past: readonly Buffer[];
  future: readonly Buffer[];
  group: EditGroup | null;
}

/** Letters typed in a row up to the end of a word, and letters deleted in a row, are one step each. */
export type EditGroup = 'typing' | 'deleting';

export const NOTHING_DONE: Undo = { past: [], future: [], group: null };

const MOST = 500;

/** To be called with the buffer as it was before an edit. What was undone before it is not lost: it comes up again. */
export function recordEdit(
  { past, future, group: newest }: Undo,
  before: Buffer,
  group: EditGroup | null,
): Undo {
  if (group !== null && newest === group && past.length > 0) return { past, future, group };
  const undone = future.length === 0 ? [] : [before, ...future.toReversed()];
  return { past: [...past, ...undone, before].slice(-MOST), future: [], group };
}

/** A movement, or anything else that ends a group. */
export function endGroup(undo: Undo): Undo {
  return undo.group === null ? undo : { ...undo, group: null };
}

export function undoEdit(undo: Undo, now: Buffer): { undo: Undo; buffer: Buffer } {
  const before = undo.past.at(-1);
  if (before === undefined) return { undo: endGroup(undo), buffer: now };
  return {
    undo: { past: undo.past.slice(0, -1), future: [...undo.future, now], group: null },
    buffer: before,
  };
}

export function redoEdit(undo: Undo, now: Buffer): { undo: Undo; buffer: Buffer } {
  const after = undo.future.at(-1);
  if (after === undefined) return { undo: endGroup(undo), buffer: now };
  return {
    undo: { past: [...undo.past, now], future: undo.future.slice(0, -1), group: null },
    buffer: after,
  };
}
