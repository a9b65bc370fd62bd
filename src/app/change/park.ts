import { createApprovals } from '../../approvals/index.ts';
import type { Approval, ParkedChange } from '../../protocol/approval.ts';
import type { PlannedChange } from '../../protocol/change.ts';
import type { World } from '../world.ts';
import type { Approved } from './perform-change.ts';

/** Leaves a change for somebody to answer. Where nothing is kept on disk nobody could find it. */
export async function park(
  world: World,
  {
    run,
    planned,
    change,
    source,
    invariants,
    goesOn,
    by,
  }: ParkedChange & { run: string; planned: PlannedChange; by?: Approval['by'] },
): Promise<Extract<Approved, { kind: 'later' }>> {
  if (world.store.kind !== 'disk') {
    return {
      kind: 'later',
      approval: null,
      message: `nothing is kept (${world.store.location}), so nobody can be asked later`,
    };
  }
  const { mask } = world.masker;
  const { git } = planned.change;
  const { approval, isNew, remind } = await createApprovals(world).propose(
    {
      rule: 'change',
      target: mask(targetsOf(planned)),
      title: mask(change.title),
      // As it was planned, which may be as a commit.
      why: planned.change.why === null ? null : mask(planned.change.why),
      evidence: change.evidence,
      effect: planned.effect,
      steps: planned.steps,
      undo: planned.undo,
      doubts: planned.doubts,
      preconditions: planned.preconditions,
      ...(git === undefined ? {} : { commit: { branch: git.branch, message: mask(git.message) } }),
      digest: planned.digest,
      run,
      change: planned.id,
      cwd: world.cwd,
      ...(by === undefined ? {} : { by }),
    },
    {
      change,
      source,
      ...(invariants === undefined ? {} : { invariants }),
      ...(goesOn === undefined ? {} : { goesOn }),
    },
  );
  const until = new Date(approval.expiresAt).toISOString();
  const again = isNew ? '' : remind ? ' (it waits for a while now)' : ' (it was asked for before)';
  return {
    kind: 'later',
    approval: { id: approval.id, expiresAt: approval.expiresAt },
    message: `it waits for an answer as ${approval.id} until ${until}${again}: steward approvals show ${approval.id}`,
  };
}

function targetsOf({ change, steps }: PlannedChange): string {
  const named = change.targets.map((target) => Object.values(target).join('/'));
  return named.length > 0 ? named.join(', ') : steps.join('; ').slice(0, 200);
}
