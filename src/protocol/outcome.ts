export const OUTCOMES = [
  'healthy',
  'fixed',
  'reported',
  'needs-approval',
  'escalated',
  'cannot-tell',
  'monitoring-broken',
  'stopped',
  'failed',
] as const;
/** How a run ended. */
export type Outcome = (typeof OUTCOMES)[number];

/** Claude Code's result subtypes, as far as we have a use for them. */
export type Subtype =
  | 'success'
  | 'error_max_turns'
  | 'error_max_budget_usd'
  | 'error_max_structured_output_retries'
  | 'error_during_execution';

export interface EndingRow {
  outcome: Outcome;
  exitCode: number;
  subtype: Subtype;
  /** Claude Code's `terminal_reason`. */
  terminalReason: string;
  meaning: string;
}

/**
 * The one table from which exit status, `subtype`, `is_error`, the docs and the tests are made. A reason is the key;
 * a run ends with exactly one.
 */
export const ENDINGS = {
  healthy: row('healthy', 0, 'success', 'completed', 'Every core probe answered and nothing was found.'),
  fixed: row(
    'fixed',
    0,
    'success',
    'completed',
    'Something was changed, and verified after the last effect.',
  ),
  reported: row('reported', 0, 'success', 'completed', 'A question was answered or a plain prompt was done.'),
  parked: row(
    'needs-approval',
    77,
    'error_during_execution',
    'tool_deferred',
    'Something waits for an approval; the rest is done.',
  ),
  escalated: row(
    'escalated',
    60,
    'error_during_execution',
    'completed',
    'A finding stands and is not safe to fix.',
  ),
  'rolled-back': row(
    'escalated',
    58,
    'error_during_execution',
    'completed',
    'A change failed its verification and was rolled back.',
  ),
  'cannot-tell': row(
    'cannot-tell',
    61,
    'error_during_execution',
    'completed',
    'Not enough evidence, or nothing could be checked.',
  ),
  'monitoring-broken': row(
    'monitoring-broken',
    62,
    'error_during_execution',
    'completed',
    'The probes failed, not the target.',
  ),
  turns: row('stopped', 53, 'error_max_turns', 'max_turns', 'The limit of turns was reached.'),
  calls: row('stopped', 53, 'error_max_turns', 'max_turns', 'The limit of tool calls was reached.'),
  repeated: row(
    'stopped',
    53,
    'error_during_execution',
    'blocking_limit',
    'The same call was made three times in a row.',
  ),
  usd: row(
    'stopped',
    56,
    'error_max_budget_usd',
    'budget_exhausted',
    'The money limit does not cover the next call.',
  ),
  tokens: row(
    'stopped',
    56,
    'error_max_budget_usd',
    'budget_exhausted',
    'The token limit does not cover the next call.',
  ),
  duration: row('stopped', 56, 'error_during_execution', 'blocking_limit', 'The time limit was reached.'),
  'try-later': row(
    'stopped',
    75,
    'error_during_execution',
    'api_error',
    'Quota, overload or network; see resume_at.',
  ),
  interrupted: row('stopped', 130, 'error_during_execution', 'aborted_streaming', 'Interrupted (SIGINT).'),
  terminated: row(
    'stopped',
    143,
    'error_during_execution',
    'aborted_streaming',
    'Ended from outside (SIGTERM, SIGHUP).',
  ),
  halted: row('stopped', 143, 'error_during_execution', 'aborted_tools', 'An operator ran `steward stop`.'),
  usage: row('failed', 2, 'error_during_execution', 'blocking_limit', 'The command line is wrong.'),
  login: row('failed', 41, 'error_during_execution', 'api_error', 'No usable key, or it was refused.'),
  money: row('failed', 41, 'error_during_execution', 'api_error', 'The account has no credit left.'),
  input: row(
    'failed',
    42,
    'error_during_execution',
    'blocking_limit',
    'No prompt, or input that cannot be read.',
  ),
  sandbox: row(
    'failed',
    44,
    'error_during_execution',
    'blocking_limit',
    'The gate or the isolation is not sound.',
  ),
  settings: row(
    'failed',
    52,
    'error_during_execution',
    'blocking_limit',
    'A settings, goal or probe file is wrong.',
  ),
  tool: row('failed', 54, 'error_during_execution', 'aborted_tools', 'A tool broke.'),
  schema: row(
    'failed',
    57,
    'error_max_structured_output_retries',
    'model_error',
    'The answer does not follow --json-schema.',
  ),
  'bad-request': row(
    'failed',
    1,
    'error_during_execution',
    'model_error',
    'The model server refused the request.',
  ),
  'broken-reply': row(
    'failed',
    1,
    'error_during_execution',
    'model_error',
    'The model gave no usable reply.',
  ),
  'state-full': row(
    'failed',
    1,
    'error_during_execution',
    'blocking_limit',
    'The run log cannot be written.',
  ),
  busy: row(
    'failed',
    1,
    'error_during_execution',
    'blocking_limit',
    'Another process is working on this run.',
  ),
  bug: row('failed', 1, 'error_during_execution', 'model_error', 'A bug in steward.'),
} as const satisfies Record<string, EndingRow>;

export type Reason = keyof typeof ENDINGS;

export function ending(reason: Reason): EndingRow {
  return ENDINGS[reason];
}

/** Scripts written for Claude Code test this. True exactly when the exit status is not 0; an answer may still be there. */
export function isError(reason: Reason): boolean {
  return ENDINGS[reason].exitCode !== 0;
}

function row(
  outcome: Outcome,
  exitCode: number,
  subtype: Subtype,
  terminalReason: string,
  meaning: string,
): EndingRow {
  return { outcome, exitCode, subtype, terminalReason, meaning };
}
