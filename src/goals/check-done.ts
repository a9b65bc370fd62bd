import type { DoneCheck } from '../protocol/goal.ts';
import type { Check, Verification } from '../protocol/report.ts';
import type { SnapshotItem } from '../protocol/snapshot.ts';

/** CEL over a probe's facts. May reject: what it says is then in the check. */
export type EvaluateExpression = (
  source: string,
  facts: Readonly<Record<string, unknown>>,
) => Promise<unknown>;

/**
 * `V1`, `V2`, … in the order of the goal's `done`. A check on a probe that is disabled or not configured here is
 * skipped: it proves nothing, and there is nothing to fix.
 */
export function checkDone(
  done: readonly DoneCheck[],
  items: readonly SnapshotItem[],
  evaluate: EvaluateExpression,
  firstNumber = 1,
): Promise<Check[]> {
  return Promise.all(
    done.map(async ({ probe, expect, isProject }, index) => {
      const item = items.find((candidate) => candidate.probe === probe);
      const judged = await judge(expect, item, evaluate);
      const isVain = isProject === true && judged.verdict === 'passed';
      return {
        id: `V${firstNumber + index}`,
        text: `${probe}: ${expect}`,
        ...judged,
        ...(isVain
          ? { verdict: 'skipped', detail: 'true, but a project proves nothing to its own credit' }
          : {}),
      };
    }),
  );
}

/** `none` when nothing was proved: no checks, or all of them skipped. */
export function verificationOf(checks: readonly Check[]): Verification {
  const has = (verdict: Check['verdict']) => checks.some((check) => check.verdict === verdict);
  return { verdict: has('failed') ? 'failed' : has('passed') ? 'passed' : 'none', checks: [...checks] };
}

async function judge(
  expect: string,
  item: SnapshotItem | undefined,
  evaluate: EvaluateExpression,
): Promise<Pick<Check, 'verdict' | 'detail' | 'evidence'>> {
  if (!item) return { verdict: 'skipped', detail: 'the probe does not run here', evidence: [] };
  const evidence = [item.id];
  const reason = item.reason ?? item.status;
  if (item.status === 'not-configured') {
    return { verdict: 'skipped', detail: `not configured here: ${reason}`, evidence };
  }
  if (item.status !== 'ok') return { verdict: 'failed', detail: `cannot be checked: ${reason}`, evidence };
  try {
    const value = await evaluate(expect, item.facts);
    if (value === true) return { verdict: 'passed', detail: 'true', evidence };
    if (value === false) return { verdict: 'failed', detail: 'false', evidence };
    return { verdict: 'failed', detail: `gave ${JSON.stringify(value)}, not true or false`, evidence };
  } catch (error) {
    return { verdict: 'failed', detail: error instanceof Error ? error.message : String(error), evidence };
  }
}
