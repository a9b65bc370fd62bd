import { type Plan, textOf } from '../../changes/index.ts';
import { showDiff } from '../../lib/show-diff.ts';
import type { Question } from '../../protocol/question.ts';

/** A person who is asked reads all that one can read. */
const MOST_ASKED_LINES = 1_000;

/** Every line that the files would have, and what would prove that it worked. */
export function shownOf({ work }: Plan, mask: (text: string) => string): Pick<Question, 'diffs' | 'proof'> {
  const several = work.length > 1;
  return {
    diffs: work.flatMap(({ files }) =>
      files.map(({ path, before, after }) => ({
        path: mask(path),
        diff: mask(showDiff(before ?? '', after, MOST_ASKED_LINES)),
      })),
    ),
    proof: work.flatMap((target) => [
      ...target.preflight.map((_, index) =>
        mask(`${several ? `${target.name}: ` : ''}before it, ${textOf(target, 'preflight', index)}`),
      ),
      ...target.verify.map((_, index) =>
        mask(`${several ? `${target.name}: ` : ''}${textOf(target, 'verify', index)}`),
      ),
    ]),
  };
}
