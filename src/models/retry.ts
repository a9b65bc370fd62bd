import type { Clock } from '../protocol/machine.ts';
import type { ModelFailure, ModelPort, ModelReply, ModelRequest } from '../protocol/model.ts';

export interface RetryPolicy {
  /** Requests in all for failures that may pass at once: network, 5xx, overload. */
  attempts: number;
  /** First pause; doubled each time up to `capMs`, less up to a quarter at random. */
  baseMs: number;
  capMs: number;
  /** Requests in all while replies come broken. */
  brokenAttempts: number;
  /** A limit without a time of its end. */
  defaultWaitMs: number;
  /** A longer wait is for a later run. */
  maxWaitMs: number;
}

export const RETRY_POLICY: RetryPolicy = {
  attempts: 4,
  baseMs: 500,
  capMs: 8_000,
  brokenAttempts: 3,
  defaultWaitMs: 60_000,
  maxWaitMs: 300_000,
};

export interface RetryOptions {
  clock: Clock;
  /** From 0 up to 1. */
  random: () => number;
  policy?: Partial<RetryPolicy>;
  /** End of the run, milliseconds since the epoch; null when it has none. */
  deadlineAt: number | null;
  /**
   * Told of every failed request, the last one too, before a pause begins. What was shown of a broken reply is void
   * then. `usage` of the failures told here is nowhere else, except that the last failure is also returned.
   */
  onFailure?: (failure: ModelFailure, attempt: number, pauseMs: number | null) => void;
}

/**
 * The one owner of retries. Failures that need a person, and requests that will never succeed, are returned at once;
 * a wait is slept through only when it ends before the run does.
 */
export function withRetries(port: ModelPort, options: RetryOptions): ModelPort {
  return {
    vendor: port.vendor,
    place: port.place,
    endpoint: port.endpoint,
    complete: (request) => completeWithRetries(port, options, request),
  };
}

async function completeWithRetries(
  port: ModelPort,
  options: RetryOptions,
  request: ModelRequest,
): Promise<ModelReply | ModelFailure> {
  const policy = { ...RETRY_POLICY, ...options.policy };
  const seen = { retry: 0, wait: 0, 'broken-reply': 0 };
  for (let attempt = 1; ; attempt += 1) {
    const result = await port.complete(request);
    if (result.ok) return result;
    const { clock } = options;
    const resumeAt =
      result.class === 'wait' ? (result.resumeAt ?? clock.now() + policy.defaultWaitMs) : result.resumeAt;
    const failure = { ...result, resumeAt };
    const pauseMs = pauseAfter(failure, seen, policy, options);
    options.onFailure?.(failure, attempt, pauseMs);
    if (pauseMs === null) return failure;
    await clock.sleep(pauseMs, request.signal);
    if (request.signal?.aborted === true) return { ...failure, class: 'aborted', resumeAt: null };
  }
}

/** Milliseconds to the next request; null when there is none. */
function pauseAfter(
  failure: ModelFailure,
  seen: { retry: number; wait: number; 'broken-reply': number },
  policy: RetryPolicy,
  options: RetryOptions,
): number | null {
  const { clock, deadlineAt } = options;
  if (failure.class !== 'retry' && failure.class !== 'wait' && failure.class !== 'broken-reply') return null;
  seen[failure.class] += 1;
  const limit = failure.class === 'broken-reply' ? policy.brokenAttempts : policy.attempts;
  if (seen[failure.class] >= limit) return null;
  const backoff = Math.min(policy.capMs, policy.baseMs * 2 ** (seen[failure.class] - 1));
  const untilResume = failure.resumeAt === null ? 0 : failure.resumeAt - clock.now();
  const pauseMs = Math.ceil(
    failure.class === 'wait'
      ? Math.max(0, untilResume)
      : Math.max(untilResume, backoff * (1 - options.random() / 4)),
  );
  if (pauseMs > policy.maxWaitMs) return null;
  return deadlineAt !== null && clock.now() + pauseMs >= deadlineAt ? null : pauseMs;
}
