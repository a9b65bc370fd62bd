import { OpsError } from '../../lib/ops-error.ts';
import type { StateStore } from '../../protocol/store.ts';
import { approvalsOf, carryOutApproved } from '../change/approve-change.ts';
import type { RunEnd, RunListener } from '../run/run-request.ts';
import type { World } from '../world.ts';

const FOLDER = 'pages/approved';

/** Of an approval that was answered on a page and is not begun: it goes right before it is. */
export function noteOf(id: string): string {
  return `${FOLDER}/${id}.json`;
}

export async function notesOf(store: StateStore): Promise<string[]> {
  const entries = await store.list(FOLDER);
  return entries.flatMap(({ name }) => /^(a-[a-z0-9]+)\.json$/.exec(name)?.[1] ?? []);
}

/** Of approvals that are over: nobody takes them any more. */
export async function removeOldLocks(store: StateStore, over: (id: string) => boolean): Promise<void> {
  for (const { name } of await store.list(FOLDER)) {
    const id = /^(a-[a-z0-9]+)\.lock$/.exec(name)?.[1];
    if (id !== undefined && over(id)) await store.remove(`${FOLDER}/${name}`);
  }
}

/**
 * Carries out what somebody said yes to on a page. Two processes that do it at once, or one that comes after another was
 * killed in it, do it once. OpsError `input` when it does not wait to be begun.
 */
export async function carryAnswered(
  world: World,
  id: string,
  listener: RunListener,
  signal: AbortSignal,
): Promise<RunEnd> {
  const { store } = world;
  const approvals = approvalsOf(world);
  const lock = await store.lock(`${FOLDER}/${id}`);
  if (lock === undefined) throw new OpsError('carrying', 'busy', `${id} is being carried out`);
  try {
    const approval = await approvals.find(id);
    const isNoted = (await store.readText(noteOf(approval.id))) !== undefined;
    if (!isNoted || approval.state !== 'approved') {
      throw new OpsError('not-waiting', 'input', `${id} does not wait to be begun`, {
        hint: `it is ${approval.state}; steward approvals show ${id} tells what came of it`,
      });
    }
    const claim = (): Promise<void> => store.remove(noteOf(id));
    try {
      return await carryOutApproved(world, approval, { claim }, listener, signal);
    } catch (error) {
      if (!(error instanceof OpsError) || (await store.readText(noteOf(id))) === undefined) throw error;
      // It was not begun and cannot be: whoever said yes learns why where they look.
      await approvals.settle(id, {
        state: 'void',
        result: { run: '', outcome: 'failed', message: error.message },
      });
      throw error;
    } finally {
      await claim();
    }
  } finally {
    lock.release();
  }
}
