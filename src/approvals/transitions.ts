import type { Approval, ApprovalAnswer, ApprovalState } from '../protocol/approval.ts';

/** How long an answer is waited for, milliseconds. */
export const APPROVAL_LIFE_MS = 12 * 60 * 60 * 1000;
/** Once in its life, when half of it is over, people are told again. */
const REMIND_AFTER_MS = APPROVAL_LIFE_MS / 2;

export type Proposal = Omit<
  Approval,
  'id' | 'state' | 'createdAt' | 'updatedAt' | 'expiresAt' | 'asked' | 'remindedAt' | 'answer' | 'result'
>;

/** Why an answer does not count; each its own, so that whoever gave it knows what to do. */
export type Refusal = 'expired' | 'answered' | 'other-digest' | 'void' | 'running';

/** A new one, or the pending one of the same rule and target, brought up to date. */
export function propose(
  pending: Approval | undefined,
  proposal: Proposal,
  { id, now }: { id: string; now: number },
): { approval: Approval; isNew: boolean; remind: boolean } {
  const current = pending === undefined ? undefined : expire(pending, now);
  if (current === undefined || current.state !== 'pending') {
    const approval: Approval = {
      ...proposal,
      id,
      state: 'pending',
      createdAt: now,
      updatedAt: now,
      expiresAt: now + APPROVAL_LIFE_MS,
      asked: 1,
      remindedAt: null,
      answer: null,
      result: null,
    };
    return { approval, isNew: true, remind: false };
  }
  const remind = current.remindedAt === null && now - current.createdAt >= REMIND_AFTER_MS;
  // Asked for anew it lives as long as a new one would; what it is bound to is what was asked for last.
  const approval: Approval = {
    ...current,
    ...proposal,
    updatedAt: now,
    expiresAt: now + APPROVAL_LIFE_MS,
    asked: current.asked + 1,
    remindedAt: remind ? now : current.remindedAt,
  };
  return { approval, isNew: false, remind };
}

/** The same, or expired when its time is over. */
export function expire(approval: Approval, now: number): Approval {
  if (approval.state !== 'pending' || now < approval.expiresAt) return approval;
  return { ...approval, state: 'expired', updatedAt: now };
}

export function answer(
  approval: Approval,
  given: ApprovalAnswer,
): { approval: Approval } | { refused: Refusal; approval: Approval } {
  const current = expire(approval, given.at);
  if (current.state !== 'pending') return { refused: REFUSALS[current.state], approval: current };
  if (given.digest !== current.digest) return { refused: 'other-digest', approval: current };
  const state: ApprovalState = given.kind === 'approve' ? 'approved' : 'denied';
  return { approval: { ...current, state, answer: given, updatedAt: given.at } };
}

const REFUSALS: Record<Exclude<ApprovalState, 'pending'>, Refusal> = {
  approved: 'running',
  done: 'answered',
  denied: 'answered',
  expired: 'expired',
  void: 'void',
};

/** After it was carried out, or was found not to be wanted any more. Only an approved one ends. */
export function settle(
  approval: Approval,
  end: { state: 'done' | 'void'; result: NonNullable<Approval['result']>; now: number },
): Approval {
  if (approval.state !== 'approved' && approval.state !== 'pending') return approval;
  return { ...approval, state: end.state, result: end.result, updatedAt: end.now };
}
