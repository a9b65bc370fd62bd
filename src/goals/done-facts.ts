import { ExpressionError } from '../lib/expression/expression-error.ts';
import { createExpressionCompiler } from '../lib/expression.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { DoneCheck } from '../protocol/goal.ts';

/**
 * A check that names what its probe has no fact for could only ever fail. `facts` by probe; one that is not there is
 * disabled, and its check is skipped. What is shipped was checked at build. Rejects with OpsError `settings`.
 */
export async function checkDoneFacts(
  done: readonly DoneCheck[],
  facts: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const compiler = createExpressionCompiler();
  for (const { probe, expect, place } of done) {
    const names = facts.get(probe);
    if (place === undefined || names === undefined) continue;
    try {
      await compiler.compile(expect, names);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new OpsError('bad-file', 'settings', `${place}: ${error.message}`, {
        hint: `Facts of ${probe}: ${names.join(', ') || 'none'}`,
      });
    }
  }
}
