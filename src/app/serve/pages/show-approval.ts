import type { Reply } from '../../../host/index.ts';
import { OpsError } from '../../../lib/ops-error.ts';
import { approvalPage, type Evidence, type Frame } from '../../../pages/index.ts';
import type { Approval } from '../../../protocol/approval.ts';
import type { ShownPlan } from '../../../protocol/executor.ts';
import { showElsewhere } from '../../change/approvals-elsewhere.ts';
import { showParked } from '../../change/show-parked.ts';
import { formToken } from '../../pages/links.ts';
import type { Pin } from '../../pages/pin.ts';
import type { World } from '../../world.ts';
import { evidenceOf } from './evidence.ts';
import { markup } from './reply.ts';
import { maskApproval } from './show.ts';

/** To plan reads files and runs checks: whoever loads a page often does not make it often. */
const PLAN_KEPT_MS = 10_000;
const PLAN_WITHIN_MS = 8_000;
const MOST_PLANS = 100;
/** While it is being carried out the page looks again. */
const REFRESH_S = '3';

type Planned = { plan: ShownPlan | null; problem: string | null; evidence: Evidence[] };

export interface FoundApproval {
  approval: Approval;
  /** The executor's, where it waits there. */
  socket: string | null;
}

/** One approval, for a device or for whoever has its address. */
export function createApprovalShow(
  world: World,
  pin: Pin,
): (frame: Frame, found: FoundApproval, session: string) => Promise<Reply> {
  const kept = new Map<string, { at: number; planned: Promise<Planned> }>();

  function plan(found: FoundApproval): Promise<Planned> {
    const { id, digest, updatedAt } = found.approval;
    const key = `${id} ${digest} ${updatedAt}`;
    const now = world.clock.elapsed();
    for (const [name, { at }] of kept)
      if (now - at > PLAN_KEPT_MS || kept.size > MOST_PLANS) kept.delete(name);
    const known = kept.get(key);
    if (known !== undefined) return known.planned;
    const planned = planWithin(world, found);
    kept.set(key, { at: now, planned });
    return planned;
  }

  return async (frame, found, session) => {
    const { approval, socket } = found;
    const isOpen = approval.state === 'pending';
    const { plan: shown, problem, evidence } = isOpen ? await plan(found) : NOT_PLANNED;
    const view = {
      approval: maskApproval(world, approval),
      plan: shown,
      planProblem: problem,
      evidence,
      isElsewhere: socket !== null,
      form: {
        token: await formToken(world.store, session, `approvals/${approval.id}`),
        hasPin: isOpen && (await pin.isSet()),
      },
    };
    const headers = approval.state === 'approved' ? { refresh: REFRESH_S } : {};
    return markup(approvalPage(frame, view), 200, headers);
  };
}

const NOT_PLANNED: Planned = { plan: null, problem: null, evidence: [] };

async function planWithin(world: World, { approval, socket }: FoundApproval): Promise<Planned> {
  const limit = new AbortController();
  const late = world.clock.sleep(PLAN_WITHIN_MS, limit.signal).then(() => {
    limit.abort();
    return { plan: null, problem: 'it took too long; load the page again' };
  });
  const planning = (
    socket === null
      ? showParked(world, approval, limit.signal)
      : showElsewhere({ socket, approval }, limit.signal)
  ).then(
    (plan) => ({ plan, problem: null }),
    (error: unknown) => {
      if (!(error instanceof OpsError)) throw error;
      return { plan: null, problem: world.masker.mask(error.message) };
    },
  );
  try {
    const evidence = await evidenceOf(world, approval);
    return { ...(await Promise.race([planning, late])), evidence };
  } finally {
    limit.abort();
  }
}
