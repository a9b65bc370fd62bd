import { OpsError } from '../../../lib/ops-error.ts';
import type { Approval } from '../../../protocol/approval.ts';
import { findElsewhere, listElsewhere } from '../../change/approvals-elsewhere.ts';
import type { World } from '../../world.ts';

/** An executor that hangs must not keep a page from being shown. */
const WITHIN_MS = 5_000;

/** What waits at the executor; `problem`: why that is not known. */
export async function waitingElsewhere(
  world: World,
): Promise<{ approvals: Approval[]; problem: string | null }> {
  const told = await within(world, listElsewhere(world));
  return told ?? { approvals: [], problem: 'it does not answer' };
}

/** null: it has none of this id. OpsError `busy` when it does not answer. */
export async function approvalElsewhere(
  world: World,
  id: string,
): Promise<{ approval: Approval; socket: string } | null> {
  const found = await within(world, findElsewhere(world, id));
  if (found === undefined) throw new OpsError('executor-slow', 'busy', 'the executor does not answer');
  return found?.approval.id === id ? found : null;
}

async function within<T>({ clock }: World, asked: Promise<T>): Promise<T | undefined> {
  const limit = new AbortController();
  try {
    return await Promise.race([asked, clock.sleep(WITHIN_MS, limit.signal).then(() => undefined)]);
  } finally {
    limit.abort();
  }
}
