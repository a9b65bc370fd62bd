import type { ChangeEnd, ChangePhase } from '../protocol/change.ts';

/** How many steps each phase has on one target. `verify-rollback` looks at what `baseline` has seen. */
export type StepCounts = Record<ChangePhase, number>;

/** One line of the log about a change. */
export type ChangeNote =
  | { kind: 'began'; target: number; phase: ChangePhase; index: number }
  | { kind: 'finished'; target: number; phase: ChangePhase; index: number; ok: boolean }
  /** Whoever carried it out is gone, or was told to stop; nobody knows how the step that was begun has ended. */
  | { kind: 'cut-off' };

export type Next =
  | { do: 'step'; target: number; phase: ChangePhase; index: number }
  | { do: 'end'; end: ChangeEnd; target: number; failed: { phase: ChangePhase; index: number } | null };

/**
 * What comes next, from what was noted so far; pure, so that carrying on and recovering are the same decision. Before
 * `apply` a failure refuses the change, since nothing was done. From the first `began` of `apply` on, everything that
 * is not a proof of the new state leads to `rollback`; and what is not a proof of the old state there is escalated.
 * A target that holds stays as it is when a later one fails.
 */
export function nextOf(targets: number, counts: StepCounts, notes: readonly ChangeNote[]): Next {
  for (let target = 0; target < targets; target += 1) {
    const next = nextOn(target, counts, notes);
    if (next !== 'held') return next;
  }
  return { do: 'end', end: 'held', target: Math.max(0, targets - 1), failed: null };
}

const FORWARD: readonly ChangePhase[] = [
  'check',
  'preflight',
  'baseline',
  'keep',
  'apply',
  'verify',
  'confirm',
];
const BACK: readonly ChangePhase[] = ['rollback', 'verify-rollback'];

function nextOn(target: number, counts: StepCounts, notes: readonly ChangeNote[]): Next | 'held' {
  const isBack = notes.some((note) => isOn(note, target) && BACK.includes(note.phase));
  if (!isBack) {
    const failed = failureOf(target, FORWARD, counts, notes);
    const isTouched = notes.some((note) => isOn(note, target) && note.phase === 'apply');
    if (failed === null) {
      const step = firstUndone(target, FORWARD, counts, notes);
      if (step === null) return 'held';
      // Looking once more does no harm, and is the only way to keep what was applied in full.
      if (!wasCutOff(notes) || (isTouched && (step.phase === 'verify' || step.phase === 'confirm')))
        return { do: 'step', ...step };
      // Nothing was applied here: it is not taken up without whoever asked for it.
      if (!isTouched) return { do: 'end', end: 'refused', target, failed: step };
    } else if (!isTouched) return { do: 'end', end: 'refused', target, failed };
  }
  // A step that was begun and not seen to end may have been done: the way back does it again, and has to bear that.
  const stuck = failureOf(target, BACK, counts, notes);
  if (stuck !== null) return { do: 'end', end: 'escalated', target, failed: stuck };
  const step = firstUndone(target, BACK, counts, notes);
  if (step !== null) return { do: 'step', ...step };
  return { do: 'end', end: 'rolled-back', target, failed: failureOf(target, FORWARD, counts, notes) };
}

type Place = { target: number; phase: ChangePhase; index: number };

function isOn(note: ChangeNote, target: number): note is Exclude<ChangeNote, { kind: 'cut-off' }> {
  return note.kind !== 'cut-off' && note.target === target;
}

function wasCutOff(notes: readonly ChangeNote[]): boolean {
  return notes.some(({ kind }) => kind === 'cut-off');
}

/** The first step that failed. What a baseline sees is neither good nor bad. */
function failureOf(
  target: number,
  phases: readonly ChangePhase[],
  counts: StepCounts,
  notes: readonly ChangeNote[],
): Place | null {
  for (const place of placesOf(target, phases, counts)) {
    if (place.phase === 'baseline') continue;
    const failed = notes.some((note) => isAt(note, place) && note.kind === 'finished' && !note.ok);
    if (failed) return place;
  }
  return null;
}

function firstUndone(
  target: number,
  phases: readonly ChangePhase[],
  counts: StepCounts,
  notes: readonly ChangeNote[],
): Place | null {
  const isDone = (place: Place): boolean =>
    notes.some((note) => note.kind === 'finished' && isAt(note, place));
  return placesOf(target, phases, counts).find((place) => !isDone(place)) ?? null;
}

function isAt(note: ChangeNote, place: Place): boolean {
  return isOn(note, place.target) && note.phase === place.phase && note.index === place.index;
}

function placesOf(target: number, phases: readonly ChangePhase[], counts: StepCounts): Place[] {
  return phases.flatMap((phase) =>
    Array.from({ length: counts[phase] }, (_, index) => ({ target, phase, index })),
  );
}
