import type { Reason } from '../protocol/outcome.ts';

/**
 * An error that the operator can do something about. `reason` gives the exit code; `hint` says what to do next.
 * Anything else that is thrown is a bug.
 */
export class OpsError extends Error {
  readonly code: string;
  readonly reason: Reason;
  readonly hint: string | null;
  /** Milliseconds since the epoch, with reason `try-later`. */
  readonly resumeAt: number | null;

  constructor(
    code: string,
    reason: Reason,
    message: string,
    options: { hint?: string; cause?: unknown; resumeAt?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'OpsError';
    this.code = code;
    this.reason = reason;
    this.hint = options.hint ?? null;
    this.resumeAt = options.resumeAt ?? null;
  }
}
