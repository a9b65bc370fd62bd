import { startSelf } from '../../../host/index.ts';
import { approvalsOf } from '../../change/approve-change.ts';
import { noteOf, notesOf, removeOldLocks } from '../../pages/carry-answered.ts';
import type { World } from '../../world.ts';
import { runEnvironment } from '../run-environment.ts';

/** What was approved here and is to be carried out, each in a process of its own, at most once. */
export interface CarryOut {
  /** Before the answer is kept: from then on a restart finds it. */
  note(id: string): Promise<void>;
  /** The answer did not count. */
  forget(id: string): Promise<void>;
  begin(id: string): void;
  /** What an earlier serve took an answer for and did not begin. */
  takeUp(): Promise<void>;
  /** Ends those that are on, in order. */
  stop(): Promise<void>;
}

export function createCarryOut(
  world: World,
  { options, log }: { options: readonly string[]; log(line: string): void },
): CarryOut {
  const { store } = world;
  const on = new Map<string, ReturnType<typeof startSelf>>();

  function begin(id: string): void {
    if (on.has(id)) return;
    const child = startSelf(['pages', 'carry', id, ...options], runEnvironment(world), world.cwd);
    on.set(id, child);
    void child.ended.then((code) => {
      on.delete(id);
      log(`${id} was carried out: exit ${code ?? 'by a signal'}`);
    });
  }

  return {
    note: (id) => store.write(noteOf(id), `${world.clock.now()}\n`),
    async forget(id) {
      const { state } = await approvalsOf(world).find(id);
      if (state !== 'approved') await store.remove(noteOf(id));
    },
    begin,
    async takeUp() {
      const approvals = await approvalsOf(world).list();
      for (const id of await notesOf(store)) {
        const isApproved = approvals.some((approval) => approval.id === id && approval.state === 'approved');
        if (isApproved) begin(id);
        else await store.remove(noteOf(id));
      }
      const open = new Set(approvals.flatMap(({ id, state }) => (state === 'approved' ? [id] : [])));
      await removeOldLocks(store, (id) => !open.has(id));
    },
    async stop() {
      for (const child of on.values()) child.terminate();
      await Promise.all([...on.values()].map(({ ended }) => ended));
    },
  };
}
