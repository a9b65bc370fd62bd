import { OpsError } from '../../lib/ops-error.ts';
import type { Approval } from '../../protocol/approval.ts';
import type { RunEvent } from '../../protocol/event.ts';
import { ending, type Reason } from '../../protocol/outcome.ts';
import { approvalsOf, approveChange, denyChange } from '../change/approve-change.ts';
import type { ApprovalAnswer } from '../client.ts';
import { approvalPage, approvalsPage } from './pages/approvals.ts';
import type { Session } from './session.ts';

/** Where whoever sits here sees and answers what other runs have left for a person. */
export interface ApprovalDesk {
  /** All that waits; where it is one, or one is named, with everything that whoever answers has to know. */
  page(wanted: string): Promise<string>;
  waiting(): Promise<Approval[]>;
  answer(wanted: string, answer: ApprovalAnswer): Promise<string>;
  /** Ends what is being carried out; it goes back first. */
  stop(reason: Reason): Promise<void>;
}

export function createApprovalDesk(session: Session, onChanged: () => Promise<void>): ApprovalDesk {
  /** Digests of the plans as they were shown: a yes counts for these and no others. */
  const shown = new Map<string, string>();
  const abort = new AbortController();
  const working = new Set<Promise<unknown>>();

  async function waiting(): Promise<Approval[]> {
    const all = await approvalsOf(await session.world()).list();
    return all.filter(({ state }) => state === 'pending');
  }

  function show(approval: Approval): string {
    shown.set(approval.id, approval.digest);
    return approvalPage(approval);
  }

  async function approve(id: string, comment: string | null, digest: string): Promise<string> {
    const closed: Extract<RunEvent, { type: 'run.closed' }>[] = [];
    const listener = {
      onEvent(event: RunEvent) {
        if (event.type === 'run.closed') closed.push(event);
      },
      onDelta() {},
    };
    const { run } = await approveChange(
      await session.world(),
      { id, comment, digest },
      listener,
      abort.signal,
    );
    const { reason, message, result } = closed.at(-1) ?? {
      reason: 'bug' as const,
      message: null,
      result: null,
    };
    const { outcome, exitCode } = ending(reason);
    const said = message ?? result?.split('\n')[0] ?? '';
    return `${id}: ${outcome} (${exitCode}), run ${run.slice(0, 8)}. ${said}`.trimEnd();
  }

  return {
    waiting,
    async page(wanted) {
      if (wanted !== '') return show(await approvalsOf(await session.world()).find(wanted));
      const pending = await waiting();
      const only = pending.length === 1 ? pending[0] : undefined;
      return only === undefined ? approvalsPage(pending) : show(only);
    },
    async answer(wanted, { kind, comment }) {
      const world = await session.world();
      const { id } = await approvalsOf(world).find(wanted);
      const digest = shown.get(id);
      if (digest === undefined) {
        throw new OpsError('not-shown', 'usage', `${id} was not shown here yet`, {
          hint: `/approvals ${id} shows what a yes would do`,
        });
      }
      const work =
        kind === 'approve'
          ? approve(id, comment, digest)
          : denyChange(world, { id, comment, digest }).then(() => `${id} is denied; nothing is done.`);
      working.add(work);
      try {
        return world.masker.mask(await work);
      } finally {
        working.delete(work);
        await onChanged();
      }
    },
    async stop(reason) {
      abort.abort(reason);
      await Promise.allSettled(working);
    },
  };
}
