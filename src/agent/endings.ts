import type { FailureClass, ModelFailure } from '../protocol/model.ts';
import { ENDINGS, type Reason } from '../protocol/outcome.ts';
import type { LoopStop } from './limits.ts';

const REASON_OF_FAILURE: Record<Exclude<FailureClass, 'aborted'>, Reason> = {
  retry: 'try-later',
  wait: 'try-later',
  money: 'money',
  login: 'login',
  'bad-request': 'bad-request',
  'broken-reply': 'broken-reply',
};

export function endOfFailure(failure: ModelFailure): LoopStop {
  const reason = failure.class === 'aborted' ? 'interrupted' : REASON_OF_FAILURE[failure.class];
  const { message, resumeAt, isPromptTooLong = false } = failure;
  return { reason, message, resumeAt, isPromptTooLong };
}

/** Whoever aborts a run gives the reason it ends with; anything else that aborts is taken for an interrupt. */
export function endOfAbort(signal: AbortSignal): LoopStop {
  const given: unknown = signal.reason;
  const reason = typeof given === 'string' && given in ENDINGS ? (given as Reason) : 'interrupted';
  return { reason, message: ENDINGS[reason].meaning, resumeAt: null };
}
