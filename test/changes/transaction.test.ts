import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChangeNote, type Next, nextOf, type StepCounts } from '../../src/changes/transaction.ts';
import type { ChangePhase } from '../../src/protocol/change.ts';

const COUNTS: StepCounts = {
  check: 1,
  preflight: 1,
  baseline: 1,
  keep: 1,
  apply: 2,
  verify: 1,
  confirm: 1,
  rollback: 2,
  'verify-rollback': 1,
};

type Ending = { ok: boolean } | 'killed';

/** Carries a change out against a machine whose steps end as told; a kill is followed by a recovery. */
function carryOut(targets: number, counts: StepCounts, endings: readonly Ending[]) {
  const notes: ChangeNote[] = [];
  const done: string[] = [];
  let at = 0;
  for (let round = 0; round < 500; round += 1) {
    const next: Next = nextOf(targets, counts, notes);
    if (next.do === 'end') return { end: next, notes, done };
    const { target, phase, index } = next;
    notes.push({ kind: 'began', target, phase, index });
    const ending = endings[at] ?? { ok: true };
    at += 1;
    done.push(`${phase} ${target}.${index}`);
    if (ending === 'killed') notes.push({ kind: 'cut-off' });
    else notes.push({ kind: 'finished', target, phase, index, ok: ending.ok });
  }
  throw new Error('it never ends');
}

const ending = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Ending>({ ok: true }) },
  { weight: 2, arbitrary: fc.constant<Ending>({ ok: false }) },
  { weight: 1, arbitrary: fc.constant<Ending>('killed') },
);
const count = fc.integer({ min: 0, max: 3 });
const counts = fc
  .record({
    check: count,
    preflight: count,
    baseline: count,
    keep: count,
    apply: count,
    confirm: count,
    rollback: count,
  })
  .map((some): StepCounts => ({ ...some, verify: 1, 'verify-rollback': 1 }));

describe('a change', () => {
  it('holds when every step does', () => {
    const { end, done } = carryOut(1, COUNTS, []);
    expect(end.end).toBe('held');
    expect(done).toEqual([
      'check 0.0',
      'preflight 0.0',
      'baseline 0.0',
      'keep 0.0',
      'apply 0.0',
      'apply 0.1',
      'verify 0.0',
      'confirm 0.0',
    ]);
  });

  it('is refused, with nothing done, when a check fails', () => {
    const { end, done } = carryOut(1, COUNTS, [{ ok: false }]);
    expect(end).toMatchObject({ end: 'refused', failed: { phase: 'check', index: 0 } });
    expect(done).toEqual(['check 0.0']);
  });

  it('is rolled back when it is not verified, and says what failed', () => {
    const ok = { ok: true };
    const { end, done } = carryOut(1, COUNTS, [ok, ok, ok, ok, ok, ok, { ok: false }]);
    expect(end).toMatchObject({ end: 'rolled-back', failed: { phase: 'verify', index: 0 } });
    expect(done.slice(-3)).toEqual(['rollback 0.0', 'rollback 0.1', 'verify-rollback 0.0']);
  });

  it('takes what a baseline sees as neither good nor bad', () => {
    const ok = { ok: true };
    expect(carryOut(1, COUNTS, [ok, ok, { ok: false }]).end.end).toBe('held');
  });

  it('stops at the first target that fails and leaves those that hold', () => {
    const ok = { ok: true };
    const all = [...Array(8).fill(ok), ok, ok, ok, ok, { ok: false }] as Ending[];
    const { end, done } = carryOut(3, COUNTS, all);
    expect(end).toMatchObject({ end: 'rolled-back', target: 1, failed: { phase: 'apply', index: 0 } });
    expect(done.some((step) => step.includes(' 2.'))).toBe(false);
    expect(done).not.toContain('rollback 0.0');
  });

  it('ends in the new state, in the old state or with an escalation, whatever fails and whenever it is killed', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 3 }), fc.array(ending), (some, targets, endings) => {
        const { end, notes, done } = carryOut(targets, some, endings);
        const isFinished = (target: number, phase: ChangePhase): boolean =>
          Array.from({ length: some[phase] }, (_, index) =>
            notes.some(
              (note) =>
                note.kind === 'finished' &&
                note.ok &&
                note.target === target &&
                note.phase === phase &&
                note.index === index,
            ),
          ).every(Boolean);
        const { target } = end;
        const isTouched = done.some((step) => step.startsWith(`apply ${target}.`));
        switch (end.end) {
          case 'held':
            for (let each = 0; each < targets; each += 1) {
              expect(isFinished(each, 'apply') && isFinished(each, 'verify')).toBe(true);
            }
            break;
          case 'refused':
            expect(isTouched).toBe(false);
            break;
          case 'rolled-back':
            expect(isFinished(target, 'rollback') && isFinished(target, 'verify-rollback')).toBe(true);
            break;
          case 'escalated':
            expect(end.failed).not.toBeNull();
            break;
        }
        // Nothing of `apply` is ever begun twice: a step whose outcome is unknown is not repeated.
        const applied = done.filter((step) => step.startsWith('apply'));
        expect(new Set(applied).size).toBe(applied.length);
      }),
      { numRuns: 2_000 },
    );
  });
});
