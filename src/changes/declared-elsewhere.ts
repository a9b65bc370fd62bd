import { dirname } from 'node:path';
import { sha256 } from '../lib/digest.ts';
import { branchFor } from '../lib/lasting-fix.ts';
import type { Change, ChangeStep, Expectation } from '../protocol/change.ts';
import type { Plan } from './plan.ts';

/** The code of a problem: somebody else applies it from what a repository says, and would undo an apply. */
export const DECLARED_ELSEWHERE = 'declared-elsewhere';

/**
 * The same change as a commit: files are written as before, nothing is applied, and they end on a branch of their own.
 * What was to be verified is true only once that is merged; until then the cluster has to take the manifest, and to
 * differ from it. null: it does more than to write manifests and apply these.
 */
export function asCommit(
  change: Change,
  problems: readonly { field: string; message: string }[],
): Change | null {
  const files = new Set<string>();
  const steps: ChangeStep[] = [];
  const verify: Expectation[] = [];
  for (const [index, step] of change.apply.entries()) {
    if (step.kind === 'edit' || step.kind === 'write') {
      files.add(step.file);
      steps.push(step);
    } else {
      const isOne = problems.some(({ field }) => field === `apply[${index}]`);
      if (step.kind !== 'call' || !isOne || !files.has(String(step.input.file))) return null;
      const input = { ...step.input, verb: 'diff' };
      verify.push({
        what: { kind: 'call', tool: step.tool, input },
        expect: 'exit == 1',
        withinMs: 0,
        forMs: 0,
      });
    }
  }
  if (change.git !== undefined || change.rollback !== 'auto' || verify.length === 0) return null;
  const said = [...new Set(problems.map(({ message }) => message.split(',')[0] ?? ''))].join('; ');
  const insteadOf = `${said}: it is not applied but committed, and true only once the branch is merged and reconciled`;
  const why = `${insteadOf}. Until then it is verified that the server takes it.`;
  // By what it says, so that another change of the same name gets a branch of its own.
  const branch = `${branchFor(change.title)}-${sha256(JSON.stringify(change.apply)).slice(0, 8)}`;
  return {
    ...change,
    why: change.why === null ? why : `${change.why}\n${why}`,
    apply: steps,
    verify,
    git: { branch, message: change.title, insteadOf },
  };
}

/** Each of its files is in one: else there would be no commit. */
export function isInWorkTree({ work }: Plan): boolean {
  return work.every(({ files, preconditions }) => {
    const folders = new Set(preconditions.flatMap(({ kind, name }) => (kind === 'git-commit' ? [name] : [])));
    return files.every(({ path }) => folders.has(dirname(path)));
  });
}
